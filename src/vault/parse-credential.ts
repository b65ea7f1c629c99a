// What a credential may be, whoever wrote it: the command line, a file that is imported, a vault that is opened.
import {
  eitherOf,
  fieldsOf,
  listOf,
  oneOf,
  optional,
  shapeOf,
  text,
  textLike,
  wholeNumber,
} from "../base/shape.ts";
import type { CredentialBinding } from "../credential/binding.ts";
import type { PlaceholderForm } from "../credential/placeholder.ts";
import { type CredentialScheme, kindOf, parseScheme } from "../credential/schemes.ts";
import { isName, isRepositoryPattern, signingKey } from "./stored-credential.ts";
import type { SecretSource, StoredCredential, StoredItem } from "./stored-credential.ts";
import { isIPv4, isIPv6 } from "node:net";
import { isReservedVariable } from "../base/reserved-variables.ts";

const binding = fieldsOf<CredentialBinding>({
  host: textLike((host) => host !== ""),
  port: wholeNumber(1, 65_535),
  pathPrefix: textLike((path) => path.startsWith("/")),
  scheme: shapeOf<CredentialScheme>("write a scheme", (value) => parseScheme(value) !== undefined),
  repository: optional(textLike(isRepositoryPattern)),
});

const placeholder = fieldsOf<PlaceholderForm>({
  prefix: text,
  length: wholeNumber(1),
  alphabet: oneOf("alphanumeric", "hex", "base64url", "digits"),
  suffix: optional(text),
});

type SourceOf<Type extends SecretSource["type"]> = Extract<SecretSource, { readonly type: Type }>;

const source = eitherOf<SecretSource>(
  fieldsOf<SourceOf<"stored">>({ type: oneOf("stored") }),
  fieldsOf<SourceOf<"env">>({ type: oneOf("env"), variable: text }),
  fieldsOf<SourceOf<"command">>({ type: oneOf("command"), file: text, args: listOf(text) }),
);

const storedCredential = fieldsOf<StoredCredential>(
  {
    name: textLike(isName),
    preset: optional(text),
    env: listOf(text),
    bindings: listOf(binding),
    placeholder,
    source,
    createdAt: text,
    updatedAt: text,
  },
  "refused",
);

/** A credential from its plain form; `undefined` when any part of it is not as it was written. */
export function parseCredential(plain: unknown): StoredItem | undefined {
  if (signingKey.fits(plain)) return plain;
  if (!storedCredential.fits(plain) || plain.bindings.length === 0) return undefined;
  return { ...plain, bindings: plain.bindings.map(toBinding) };
}

function toBinding({ host, scheme, ...place }: CredentialBinding): CredentialBinding {
  // An earlier version kept an address with its brackets, which no request matched
  const bare = host.replace(/^\[([^\]]*)\]$/, "$1");
  return { ...place, host: bare, scheme: parseScheme(scheme) ?? scheme };
}

const label = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;
const plainSegment = /^[A-Za-z0-9._~!$&'()+,=:@-]+$/;
const canonicalSegment = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+$/;

/** Length of the random part: at least what holds the mark and 96 bits of each alphabet, at most what a header has room for. */
export const placeholderLengths: Readonly<
  Record<PlaceholderForm["alphabet"], { readonly least: number; readonly most: number }>
> = {
  alphanumeric: { least: 22, most: 1024 },
  base64url: { least: 21, most: 1024 },
  hex: { least: 32, most: 1024 },
  digits: { least: 39, most: 1024 },
};

/** What is wrong with a credential, as a clause without any value of it; undefined when it can be used. */
export function findCredentialFault(credential: StoredCredential): string | undefined {
  const { env, bindings, placeholder, source } = credential;
  const unusable = env.find((name) => !isVariable(name) || isReservedVariable(name, "credential"));
  if (unusable !== undefined) return "a variable of the sandbox can't have that name";
  for (const binding of bindings) {
    const fault = findBindingFault(binding);
    if (fault !== undefined) return fault;
  }
  if (!isPlaceholder(placeholder)) return "its placeholder can't have that form";
  if (source.type === "env" && !isVariable(source.variable)) {
    return "its source is not the name of a variable";
  }
  return undefined;
}

function findBindingFault({ host, pathPrefix, scheme }: CredentialBinding): string | undefined {
  if (!isBindingHost(host)) return "its host is not written as hosts are";
  if (!isPath(pathPrefix, canonicalSegment)) return "its path is not written as paths are";
  const fault = kindOf(scheme).findFault(scheme);
  return fault === undefined ? undefined : `its ${fault}`;
}

/** A name or address as authorities are compared: lower case, no brackets, no dot at the end; `*.` before a name. */
function isBindingHost(host: string): boolean {
  if (isIPv6(host)) {
    return !host.includes("%") && host === new URL(`http://[${host}]/`).hostname.slice(1, -1);
  }
  if (isIPv4(host)) return true;
  const isWildcard = host.startsWith("*.");
  const labels = (isWildcard ? host.slice(2) : host).split(".");
  if (host.length > 255 || (isWildcard && labels.length < 2)) return false;
  // Resolvers read what ends in a number as an address (WHATWG URL §3.5)
  const isNumber = /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "");
  return !isNumber && labels.every((one) => label.test(one));
}

/** Only plain segments: what would have to be decoded or resolved first could be read in two ways. */
export function isPlainPath(path: string): boolean {
  return isPath(path, plainSegment);
}

function isPath(path: string, segmentShape: RegExp): boolean {
  if (path === "/") return true;
  const [before, ...segments] = path.split("/");
  const isSegment = (text: string): boolean => segmentShape.test(text) && !/^\.{1,2}$/.test(text);
  return before === "" && segments.every(isSegment);
}

export function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name);
}

function isPlaceholder({ prefix, length, alphabet, suffix = "" }: PlaceholderForm): boolean {
  const { least, most } = placeholderLengths[alphabet];
  const isText = /^[A-Za-z0-9._~+=-]{0,128}$/;
  return length >= least && length <= most && isText.test(prefix) && isText.test(suffix);
}
