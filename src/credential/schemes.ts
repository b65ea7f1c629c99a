import { VaultboxError } from "../base/errors.ts";
import type { AnyScheme, FlagValues, RequestPlace, SchemeFlag, SchemeKind } from "./scheme.ts";
import { basic } from "./schemes/basic.ts";
import { bearer } from "./schemes/bearer.ts";
import { header } from "./schemes/header.ts";
import { hmac } from "./schemes/hmac.ts";
import { query } from "./schemes/query.ts";

/** All schemes: a new one is a file in `schemes/` and a line here. The first is what `credential add` takes without a flag. */
const kinds = [bearer, basic, header, query, hmac] as const;

/** How a secret is put on a request; plain data, as vaults and presets keep it. */
export type CredentialScheme = Exclude<ReturnType<(typeof kinds)[number]["parse"]>, undefined>;

const byType = new Map<string, unknown>(kinds.map((kind) => [kind.type, kind]));

/** What is known of a scheme of that type. */
export function kindOf<S extends CredentialScheme>(scheme: S): SchemeKind<S> {
  // Its type is what it was found by
  return byType.get(scheme.type) as SchemeKind<S>;
}

/** The scheme of a vault's file; undefined when it isn't one, or not as it was written. */
export function parseScheme(value: unknown): CredentialScheme | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type } = value as Partial<AnyScheme>;
  return kinds.find((kind) => kind.type === type)?.parse({ ...value });
}

/** The flags of `credential add`, in the order of the table. */
export const schemeFlags: readonly SchemeFlag[] = kinds.flatMap(({ flags }) => flags);

/** Whether any of the flags is given. */
export function hasSchemeFlags(flags: FlagValues): boolean {
  return givenKinds(flags).length > 0;
}

/** The scheme that the flags ask for. @throws VaultboxError VBX_USAGE */
export function toScheme(flags: FlagValues): CredentialScheme {
  const given = givenKinds(flags);
  if (given.length > 1) {
    const names = kinds.map(({ flags: [first] }) => first?.flag.split(" ")[0]);
    throw new VaultboxError(
      "VBX_USAGE",
      `${names.slice(0, -1).join(", ")} and ${names.at(-1)} exclude each other`,
    );
  }
  return given[0]?.fromFlags(flags) ?? { type: "bearer" };
}

/** The flags with which a credential that a client has in that place is stored; empty where none is needed. */
export function proposeFlags(place: RequestPlace): string {
  if (place.kind === "target") return "";
  for (const kind of kinds) {
    const flags = kind.propose?.(place);
    if (flags !== undefined) return flags;
  }
  return "";
}

function givenKinds(flags: FlagValues): readonly (typeof kinds)[number][] {
  return kinds.filter((kind) =>
    kind.flags.some(({ flag }) => flags[toFlagName(flag)] !== undefined),
  );
}

/** `--hmac-key-id <id>` as commander hands it over: `hmacKeyId`. */
function toFlagName(flag: string): string {
  const [name = ""] = flag.replace(/^--/, "").split(" ");
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
