import { VaultboxError } from "../base/errors.ts";
import { findNearest } from "../base/nearest-word.ts";
import { quoted } from "../base/printable.ts";
import { anthropic } from "./anthropic.ts";
import { anthropicOauth } from "./anthropic-oauth.ts";
import { azureDevops } from "./azure-devops.ts";
import { bitbucket } from "./bitbucket.ts";
import { datadog } from "./datadog.ts";
import { datadogApp } from "./datadog-app.ts";
import { gitea } from "./gitea.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { google } from "./google.ts";
import { huggingface } from "./huggingface.ts";
import { linear } from "./linear.ts";
import { notion } from "./notion.ts";
import { npm } from "./npm.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { pypi } from "./pypi.ts";
import { sentry } from "./sentry.ts";
import { slack } from "./slack.ts";
import { stripe } from "./stripe.ts";
import type { Preset } from "./preset.ts";
import type { RequestPlace } from "../credential/scheme.ts";
import { type CredentialScheme, kindOf } from "../credential/schemes.ts";

const presets: ReadonlyMap<string, Preset> = new Map(
  [
    anthropic,
    anthropicOauth,
    azureDevops,
    bitbucket,
    datadog,
    datadogApp,
    gitea,
    github,
    gitlab,
    google,
    huggingface,
    linear,
    notion,
    npm,
    openai,
    openrouter,
    pypi,
    sentry,
    slack,
    stripe,
  ].map((preset) => [preset.name, preset]),
);

/** In the order of their names. */
export function listPresets(): readonly Preset[] {
  return [...presets.values()];
}

/** @throws VaultboxError VBX_PRESET_UNKNOWN with the name that was probably meant */
export function findPreset(name: string): Preset {
  const preset = presets.get(name);
  if (preset !== undefined) return preset;
  const suggestion = suggestPreset(name);
  throw new VaultboxError("VBX_PRESET_UNKNOWN", `there is no preset ${quoted(name)}`, {
    hints: [
      ...(suggestion === undefined ? [] : [`did you mean "${suggestion}"?`]),
      "list them: vaultbox credential presets",
    ],
  });
}

/** The preset whose name is nearest to a misspelt one, when one is near. */
export function suggestPreset(name: string): string | undefined {
  return findNearest(name, [...presets.keys()]);
}

/** The preset whose credential is for that host, and goes in that place where several are. */
export function findPresetFor(host: string, place: RequestPlace): string | undefined {
  const fitting = listPresets().flatMap(({ name, credential }) =>
    (credential?.bindings ?? [])
      .filter((binding) => binding.host === host)
      .map(({ scheme }) => ({ name, scheme })),
  );
  return (fitting.find(({ scheme }) => isCarriedBy(scheme, place)) ?? fitting[0])?.name;
}

function isCarriedBy(scheme: CredentialScheme, place: RequestPlace): boolean {
  return kindOf(scheme).detect?.(scheme, place) !== undefined;
}
