import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { type SchemeKind, withHeader } from "../scheme.ts";
import { isOwnRequestField } from "../../http/header-fields.ts";

/** The secret in a header of its own, alone or behind a prefix. */
export interface HeaderScheme {
  readonly type: "header";
  readonly header: string;
  /** With the blank at its end, if it has one */
  readonly prefix?: string;
}

// RFC 9110 §5.6.2 token
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
// Headers that frame or route the request are the proxy's own
const ownHeaders =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|cookie|content-.*|x-forwarded-.*|forwarded|via)$/i;
const printable = /^[\u0020-\u007e]{0,256}$/;

/** Whether a secret may go on a header of that name. */
export function isCredentialHeader(name: string): boolean {
  return token.test(name) && !ownHeaders.test(name) && !isOwnRequestField(name);
}

/** `X-Api-Key`, or `Authorization: Token ` with a prefix before the secret. */
function fromFlags({ header: text }: { readonly header?: unknown }): HeaderScheme | undefined {
  if (typeof text !== "string") return undefined;
  const [name = "", ...rest] = text.split(":");
  if (!isCredentialHeader(name)) {
    throw new VaultboxError(
      "VBX_USAGE",
      `cannot use --header ${quoted(name)}: not a header for a credential`,
    );
  }
  const prefix = rest.join(":").replace(/^ /, "");
  if (prefix === "") return { type: "header", header: name };
  if (printable.test(prefix)) {
    return { type: "header", header: name, prefix: prefix.endsWith(" ") ? prefix : `${prefix} ` };
  }
  throw new VaultboxError(
    "VBX_USAGE",
    "cannot use this --header prefix: printable ASCII is needed",
  );
}

function parse({
  header: name,
  prefix,
}: Readonly<Record<string, unknown>>): HeaderScheme | undefined {
  if (typeof name !== "string") return undefined;
  if (prefix === undefined) return { type: "header", header: name };
  return typeof prefix === "string" ? { type: "header", header: name, prefix } : undefined;
}

export const header: SchemeKind<HeaderScheme> = {
  type: "header",
  flags: [
    {
      flag: "--header <name>",
      description: "send it in this header; a prefix may follow: 'Name: prefix'",
    },
  ],
  fromFlags,
  parse,
  findFault: ({ header: name, prefix = "" }) => {
    if (!isCredentialHeader(name)) return "header is not one for a credential";
    return printable.test(prefix) ? undefined : "header's prefix is not one";
  },
  describe: ({ header: name, prefix }) =>
    `header ${name}${prefix === undefined ? "" : `: ${prefix.trimEnd()}`}`,
  fields: ({ header: name }) => [{ kind: "header", name }],
  detect: ({ header: name, prefix = "" }, place) => {
    if (place.kind !== "header" || place.name.toLowerCase() !== name.toLowerCase())
      return undefined;
    const isPrefixed = prefix !== "" && place.value.startsWith(prefix);
    return isPrefixed ? place.value.slice(prefix.length) : place.value;
  },
  propose: ({ kind, name }) => (kind === "header" ? ` --header ${name}` : undefined),
  apply: ({ header: name, prefix = "" }, request, secret) => {
    if (!isCredentialHeader(name))
      throw new Error("its header is not one that a request can carry");
    return withHeader(request, name, `${prefix}${secret}`);
  },
};
