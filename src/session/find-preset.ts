import { listPresets } from "../presets/presets.ts";
import type { RequestPlace } from "../credential/scheme.ts";
import { type CredentialScheme, kindOf } from "../credential/schemes.ts";

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
