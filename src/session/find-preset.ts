import type { PresetScheme } from "../presets/preset.ts";
import { listPresets } from "../presets/presets.ts";
import type { RequestPlace } from "../proxy/decide/credential-refusals.ts";

/** The preset whose credential is for that host, and goes in that place where several are. */
export function findPresetFor(host: string, place: RequestPlace): string | undefined {
  const fitting = listPresets().flatMap(({ name, credential }) =>
    (credential?.bindings ?? [])
      .filter((binding) => binding.host === host)
      .map(({ scheme }) => ({ name, scheme })),
  );
  return (fitting.find(({ scheme }) => isCarriedBy(scheme, place)) ?? fitting[0])?.name;
}

function isCarriedBy(scheme: PresetScheme, place: RequestPlace): boolean {
  if (place.kind === "target") return false;
  const name = place.name.toLowerCase();
  switch (scheme.type) {
    case "bearer":
      return name === "authorization" && !/^basic /i.test(place.value);
    case "basic":
      return name === "authorization" && /^basic /i.test(place.value);
    case "header":
      return place.kind === "header" && name === scheme.header.toLowerCase();
    case "query":
      return place.kind === "parameter" && name === scheme.parameter.toLowerCase();
  }
}
