import type { PresetScheme } from "../presets/preset.ts";
import { listPresets } from "../presets/presets.ts";
import type { RequestPlace } from "../proxy/credential/credential-refusals.ts";

/**
 * The host's command that keeps what a client sent to a host in a vault: by the preset whose credential is for that host
 * and goes in that header.
 */
export function adviseCredential(host: string, place: RequestPlace): string {
  const fitting = listPresets().flatMap(({ name, credential }) =>
    (credential?.bindings ?? [])
      .filter((binding) => binding.host === host)
      .map(({ scheme }) => ({ name, scheme })),
  );
  const preset = fitting.find(({ scheme }) => isCarriedBy(scheme, place)) ?? fitting[0];
  return `vaultbox credential add ${preset?.name ?? `NAME --host ${host}`}`;
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
