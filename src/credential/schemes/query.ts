import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { SchemeKind } from "../scheme.ts";

/** The secret as a parameter of the query. */
export interface QueryScheme {
  readonly type: "query";
  readonly parameter: string;
}

function isParameterName(name: string): boolean {
  return /^[A-Za-z0-9_.~-]{1,64}$/.test(name);
}

function fromFlags({ query: parameter }: { readonly query?: unknown }): QueryScheme | undefined {
  if (typeof parameter !== "string") return undefined;
  if (isParameterName(parameter)) return { type: "query", parameter };
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot use --query ${quoted(parameter)}: not a parameter name`,
  );
}

export const query: SchemeKind<QueryScheme> = {
  type: "query",
  flags: [{ flag: "--query <parameter>", description: "send it in this query parameter" }],
  fromFlags,
  parse: ({ parameter }) =>
    typeof parameter === "string" ? { type: "query", parameter } : undefined,
  findFault: ({ parameter }) => (isParameterName(parameter) ? undefined : "parameter is not one"),
  describe: ({ parameter }) => `query ${parameter}`,
  fields: ({ parameter }) => [{ kind: "parameter", name: parameter }],
  detect: ({ parameter }, place) =>
    place.kind === "parameter" && place.name === parameter ? place.value : undefined,
  propose: ({ kind, name }) => (kind === "parameter" ? ` --query ${name}` : undefined),
  apply: ({ parameter }, { headers, target }, secret) => {
    const separator = target.includes("?") ? "&" : "?";
    const pair = `${encodeURIComponent(parameter)}=${encodeURIComponent(secret)}`;
    return { headers, target: `${target}${separator}${pair}` };
  },
};
