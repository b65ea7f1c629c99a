import { createHmac } from "node:crypto";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { fieldsOf, listOf, oneOf, optional, shapeOf, text } from "../../base/shape.ts";
import type { FlagValues, SchemeKind, UnsignedRequest } from "../scheme.ts";
import { isCredentialHeader } from "./header.ts";

// Requests that are signed with the secret (RFC 2104), which itself never leaves: what is signed, and how it is written, each
// company's API has in its own way. The words in braces are what such strings are made of.

/** The secret as the key of a signature over parts of the request. */
export interface HmacScheme {
  readonly type: "hmac";
  /** What is signed, with variables in braces */
  readonly string: string;
  /** Headers that go on the request, with variables in braces; one of them has `{signature}` */
  readonly fields: readonly HmacField[];
  readonly hash: "sha256" | "sha512";
  /** How signature and body hash are written */
  readonly encoding: "hex" | "base64";
  readonly date: keyof typeof dateFormats;
  /** How the secret's text is made the key */
  readonly key: "text" | "hex" | "base64";
  readonly keyId?: string;
}

interface HmacField {
  readonly name: string;
  readonly value: string;
}

const dateFormats = {
  /** `Mon, 01 Jan 2024 00:00:00 GMT` (RFC 9110 §5.6.7) */
  http: (now: Date): string => now.toUTCString(),
  /** `2024-01-01T00:00:00Z` (RFC 3339) */
  iso: (now: Date): string => now.toISOString().replace(/\.\d+Z$/, "Z"),
  /** Seconds and milliseconds since 1970 */
  unix: (now: Date): string => String(Math.floor(now.getTime() / 1000)),
  "unix-ms": (now: Date): string => String(now.getTime()),
};

const variables =
  /\{(method|host|path|query|target|date|body-hash|key-id|signature)\}|\{[^}]*\}?|[^{]+/g;
const defaultString = "{method}\n{path}\n{date}\n{body-hash}";
const defaultDate: HmacField = { name: "Date", value: "{date}" };
const maxTextLength = 1024;
const printable = /^[\u0020-\u007e]*$/;

/** `X-Signature`, or `Authorization: HMAC {key-id}:{signature}`. */
function toField(text: string, value: string): HmacField {
  const [name = "", ...rest] = text.split(":");
  const given = rest.join(":").trim();
  return { name: name.trim(), value: given === "" ? value : given };
}

function fromFlags(flags: FlagValues): HmacScheme | undefined {
  const { hmac: signature, hmacField: others, hmacString, hmacKeyId: keyId } = flags;
  if (typeof signature !== "string") {
    throw new VaultboxError("VBX_USAGE", "the --hmac-… flags need --hmac, the signature's header");
  }
  const text = typeof hmacString === "string" ? hmacString : defaultString;
  const further = Array.isArray(others) ? others.map(String) : [];
  const scheme: HmacScheme = {
    type: "hmac",
    // As typed in a shell
    string: text.replaceAll("\\n", "\n"),
    fields: [
      toField(signature, "{signature}"),
      ...(further.length === 0 && text.includes("{date}")
        ? [defaultDate]
        : further.map((field) => toField(field, ""))),
    ],
    hash: toChoice("--hmac-hash", flags["hmacHash"], ["sha256", "sha512"]),
    encoding: toChoice("--hmac-encoding", flags["hmacEncoding"], ["hex", "base64"]),
    date: toChoice("--hmac-date", flags["hmacDate"], ["http", "iso", "unix", "unix-ms"]),
    key: toChoice("--hmac-key", flags["hmacKey"], ["text", "hex", "base64"]),
    ...(typeof keyId === "string" ? { keyId } : {}),
  };
  const fault = findFault(scheme);
  if (fault === undefined) return scheme;
  throw new VaultboxError("VBX_USAGE", `cannot sign requests like this: the ${fault}`, {
    hints: [
      "for example: --hmac X-Signature --hmac-field 'X-Date: {date}' --hmac-string '{method}\\n{path}\\n{date}\\n{body-hash}'",
    ],
  });
}

/** The value of a flag, the first when it isn't given. @throws VaultboxError VBX_USAGE */
function toChoice<T extends string>(flag: string, value: unknown, known: readonly [T, ...T[]]): T {
  const found = value === undefined ? known[0] : known.find((one) => one === value);
  if (found !== undefined) return found;
  throw new VaultboxError("VBX_USAGE", `cannot use ${flag} ${quoted(String(value))}`, {
    hints: [`it is one of ${known.join(", ")}`],
  });
}

const plainScheme = fieldsOf<HmacScheme>({
  type: oneOf("hmac"),
  string: text,
  fields: listOf(fieldsOf<HmacField>({ name: text, value: text })),
  hash: oneOf("sha256", "sha512"),
  encoding: oneOf("hex", "base64"),
  date: shapeOf("write a date format", (value) => Object.hasOwn(dateFormats, String(value))),
  key: oneOf("text", "hex", "base64"),
  keyId: optional(text),
});

function findFault({ string, fields, keyId = "" }: HmacScheme): string | undefined {
  const values = fields.map(({ value }) => value);
  const texts = [string, ...values];
  if ([...texts, keyId].some((text) => text.length > maxTextLength)) {
    return `text of a signature is longer than ${maxTextLength} characters`;
  }
  if (!fields.every(({ name }) => isCredentialHeader(name))) {
    return "header of a signature is not one for a credential";
  }
  if (new Set(fields.map(({ name }) => name.toLowerCase())).size < fields.length) {
    return "signature names a header twice";
  }
  if (!values.every((value) => value !== "" && printable.test(value)) || !printable.test(keyId)) {
    return "header of a signature has no value that can be sent";
  }
  if (
    texts.some((text) =>
      toPieces(text).some((piece) => piece.name === undefined && piece.text.startsWith("{")),
    )
  ) {
    return "text of a signature has a word in braces that is not known";
  }
  if (string.includes("{signature}") || !toPieces(string).some(({ name }) => name !== undefined)) {
    return "string to sign has nothing of the request";
  }
  if (values.filter((value) => value.includes("{signature}")).length !== 1) {
    return "signature must be in one header";
  }
  return texts.some((text) => text.includes("{key-id}")) && keyId === ""
    ? "key id is missing"
    : undefined;
}

interface Piece {
  readonly text: string;
  /** Of a variable */
  readonly name?: string;
}

function toPieces(template: string): readonly Piece[] {
  return [...template.matchAll(variables)].map(([text, name]) =>
    name === undefined ? { text } : { text, name },
  );
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return toPieces(template)
    .map(({ text, name }) => (name === undefined ? text : (values[name] ?? "")))
    .join("");
}

function apply(scheme: HmacScheme, request: UnsignedRequest, secret: string) {
  const { method, host, target, bodyDigest } = request;
  const [path, query] = splitTarget(target);
  const values = {
    method,
    host,
    path,
    query,
    target,
    date: dateFormats[scheme.date](new Date()),
    "body-hash": bodyDigest?.toString(scheme.encoding) ?? "",
    "key-id": scheme.keyId ?? "",
  };
  const signature = createHmac(scheme.hash, toKey(scheme, secret))
    .update(fill(scheme.string, values), "latin1")
    .digest(scheme.encoding);
  const signed = scheme.fields.map(
    ({ name, value }) => [name, fill(value, { ...values, signature })] as const,
  );
  return { target, headers: [...request.headers, ...signed] };
}

function splitTarget(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf("?");
  return mark === -1 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** @throws Error when the secret isn't written as the scheme has it */
function toKey({ key }: HmacScheme, secret: string): Buffer {
  if (key === "text") return Buffer.from(secret, "utf8");
  const bytes = Buffer.from(secret, key);
  const isWhole =
    key === "hex" ? bytes.length * 2 === secret.length : /^[A-Za-z0-9+/_-]+=*$/.test(secret);
  if (!isWhole || bytes.length === 0) throw new Error(`its secret is not ${key}`);
  return bytes;
}

export const hmac: SchemeKind<HmacScheme> = {
  type: "hmac",
  flags: [
    {
      flag: "--hmac <header>",
      description: "sign requests with it; a form may follow: 'Name: HMAC {key-id}:{signature}'",
    },
    {
      flag: "--hmac-string <string>",
      description: "what is signed (default: '{method}\\n{path}\\n{date}\\n{body-hash}')",
    },
    {
      flag: "--hmac-field <header...>",
      description: "further headers of the signature: 'X-Date: {date}' (default: Date)",
    },
    { flag: "--hmac-hash <hash>", description: "sha256 (the default) or sha512" },
    { flag: "--hmac-encoding <encoding>", description: "of the signature: hex or base64" },
    { flag: "--hmac-date <format>", description: "http, iso, unix or unix-ms" },
    { flag: "--hmac-key <encoding>", description: "of the secret: text, hex or base64" },
    { flag: "--hmac-key-id <id>", description: "the key's name, for {key-id}" },
  ],
  fromFlags,
  parse: (plain) => (plainScheme.fits(plain) ? plain : undefined),
  findFault,
  describe: ({ hash, fields }) => `hmac-${hash} ${fields.map(({ name }) => name).join(", ")}`,
  fields: ({ fields }) => fields.map(({ name }) => ({ kind: "header", name })),
  bodyDigest: ({ hash, string, fields }) =>
    [string, ...fields.map(({ value }) => value)].some((text) => text.includes("{body-hash}"))
      ? hash
      : undefined,
  apply,
};
