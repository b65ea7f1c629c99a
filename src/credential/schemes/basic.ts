import { VaultboxError } from "../../base/errors.ts";
import { type SchemeKind, withHeader } from "../scheme.ts";

/** The secret as the password of a user (RFC 7617). */
export interface BasicScheme {
  readonly type: "basic";
  readonly username: string;
}

const basicPattern = /^basic[ \t]+([^ \t,]+)$/i;

/** User name and password of `Basic BASE64` (RFC 7617); base64url is read too. */
export function detectBasic(
  value: string,
): { readonly username: string; readonly password: string } | undefined {
  const encoded = basicPattern.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("latin1");
  const colon = pair.indexOf(":");
  return colon === -1
    ? { username: pair, password: "" }
    : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** RFC 7617 §2.1: UTF-8 */
export function applyBasic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`, "utf8").toString("base64")}`;
}

/** RFC 7617 §2: a colon ends the user name. */
function isUserName(name: string): boolean {
  return /^[\u0021-\u007e]{1,256}$/.test(name) && !name.includes(":");
}

function fromFlags({ basic: username }: { readonly basic?: unknown }): BasicScheme | undefined {
  if (typeof username !== "string") return undefined;
  if (isUserName(username)) return { type: "basic", username };
  throw new VaultboxError(
    "VBX_USAGE",
    "cannot use this --basic user name: printable ASCII without a colon is needed",
    { hints: ["only the user name goes here; the secret is asked for"] },
  );
}

export const basic: SchemeKind<BasicScheme> = {
  type: "basic",
  flags: [{ flag: "--basic <user>", description: "send it as the password of this user" }],
  fromFlags,
  parse: ({ username }) => (typeof username === "string" ? { type: "basic", username } : undefined),
  findFault: ({ username }) => (isUserName(username) ? undefined : "user name is not one"),
  describe: ({ username }) => `basic ${username}`,
  fields: () => [{ kind: "header", name: "Authorization" }],
  detect: (_, place) =>
    place.kind === "header" && place.name.toLowerCase() === "authorization"
      ? detectBasic(place.value)?.password
      : undefined,
  apply: ({ username }, request, secret) =>
    withHeader(request, "Authorization", applyBasic(username, secret)),
};
