import { VaultboxError } from "../base/errors.ts";
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

/** How many letters a typo may differ from the name it meant. */
const maxTypoDistance = 3;

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
  const wanted = name.toLowerCase().slice(0, 64);
  const ranked = [...presets.keys()]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [nearest] = ranked;
  if (nearest === undefined || nearest.distance > Math.min(maxTypoDistance, wanted.length - 1)) {
    return undefined;
  }
  return nearest.candidate;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
