import { type SchemeKind, withHeader } from "../scheme.ts";
import { detectBasic } from "./basic.ts";

/** `Authorization: Bearer SECRET` (RFC 6750). */
export interface BearerScheme {
  readonly type: "bearer";
}

/** GitHub's clients write `token` where RFC 6750 §2.1 has `Bearer`; both name the same thing. */
const bearerPattern = /^(?:bearer|token)[ \t]+([^ \t,]+)$/i;

/** The token of `Bearer TOKEN` or `token TOKEN`. */
export function detectBearer(value: string): string | undefined {
  return bearerPattern.exec(value)?.[1];
}

export const bearer: SchemeKind<BearerScheme> = {
  type: "bearer",
  flags: [{ flag: "--bearer", description: "send it as Authorization: Bearer (the default)" }],
  fromFlags: ({ bearer: given }) => (given === undefined ? undefined : { type: "bearer" }),
  parse: () => ({ type: "bearer" }),
  findFault: () => undefined,
  describe: () => "bearer",
  fields: () => [{ kind: "header", name: "Authorization" }],
  detect: (_, place) => {
    if (place.kind !== "header" || place.name.toLowerCase() !== "authorization") return undefined;
    if (detectBasic(place.value) !== undefined) return undefined;
    return detectBearer(place.value) ?? place.value;
  },
  // What a client has in Authorization needs no flag
  propose: ({ kind, name }) =>
    kind === "header" && name.toLowerCase() === "authorization" ? "" : undefined,
  apply: (_, request, secret) => withHeader(request, "Authorization", `Bearer ${secret}`),
};
