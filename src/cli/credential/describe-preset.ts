import type { Preset, PresetBinding } from "../../presets/preset.ts";
import { toSchemeText } from "./describe.ts";

export function toPresetRow(preset: Preset): readonly string[] {
  return [preset.name, preset.credential?.env.join(", ") ?? "-", preset.summary];
}

export function toPresetDetails(preset: Preset): readonly string[] {
  const { credential, client } = preset;
  return [
    `preset ${preset.name}`,
    "",
    `  Summary: ${preset.summary}`,
    `  Source: ${preset.source}`,
    ...(client === undefined ? [] : [`  Registry: of your own ${client} configuration`]),
    ...(credential === undefined ? [] : [`  In the sandbox: ${credential.env.join(", ")}`]),
    ...(credential?.bindings ?? []).map((binding) => `  Bound to: ${toText(binding)}`),
    ...preset.rules.map((rule) => `  Allows: ${rule}`),
    ...(preset.rulesWithClientCredentials ?? []).map(
      (rule) => `  Allows with the client's own credentials: ${rule}`,
    ),
  ];
}

function toText(binding: PresetBinding): string {
  const { host, port = 443, pathPrefix = "/", scheme } = binding;
  const place = `${host}${port === 443 ? "" : `:${port}`}${pathPrefix === "/" ? "" : pathPrefix}`;
  return `${place} (${toSchemeText({ scheme })})`;
}
