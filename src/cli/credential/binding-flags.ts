import { VaultboxError } from "../../errors.ts";
import { formatHostPattern, parseHostPattern } from "../../policy/host-pattern.ts";
import { quoted } from "../../printable.ts";
import {
  isRepositoryPattern,
  type StoredBinding,
  type StoredScheme,
} from "../../vault/stored-credential.ts";

/** The flags that say where a custom credential goes and how. */
export interface BindingFlags {
  readonly host?: string;
  readonly port?: string;
  readonly path?: string;
  readonly bearer?: boolean;
  readonly basic?: string;
  readonly header?: string;
  readonly query?: string;
}

// RFC 9110 §5.6.2 token
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Headers that frame or route the request are the proxy's own
const forbiddenHeaders =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|cookie|content-.*|x-forwarded-.*|forwarded|via)$/i;

export function hasBindingFlags(flags: BindingFlags): boolean {
  const { host, port, path, bearer, basic, header, query } = flags;
  return [host, port, path, bearer, basic, header, query].some((flag) => flag !== undefined);
}

/** `acme/widgets` or `acme/*`, as `--git` names it. @throws VaultboxError VBX_USAGE */
export function parseRepository(text: string): string {
  const name = text
    .replace(/^\/+/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/i, "");
  if (isRepositoryPattern(name)) return name;
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot use --repository ${quoted(text)}: not a repository`,
    {
      hints: ["write it without its host: acme/widgets, or acme/* for all of an owner"],
    },
  );
}

/** @throws VaultboxError VBX_USAGE */
export function parseBinding(flags: BindingFlags & { readonly host: string }): StoredBinding {
  return {
    host: parseHost(flags.host),
    port: parsePort(flags.port),
    pathPrefix: parsePathPrefix(flags.path),
    scheme: parseScheme(flags),
  };
}

function parseHost(text: string): string {
  try {
    return formatHostPattern(parseHostPattern(text));
  } catch (cause) {
    const why = cause instanceof VaultboxError ? cause.message : "not a host name";
    throw new VaultboxError("VBX_USAGE", `cannot use --host ${quoted(text)}: ${why}`, { cause });
  }
}

function parsePort(text = "443"): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new VaultboxError("VBX_USAGE", `cannot use --port ${quoted(text)}: not 1 to 65535`);
}

/** Only plain segments: what would have to be decoded or resolved first could be read in two ways. */
function parsePathPrefix(text = "/"): string {
  const segments = text.split("/").slice(1);
  const plain = /^[A-Za-z0-9._~!$&'()+,=:@-]*$/;
  const trimmed = segments.at(-1) === "" ? segments.slice(0, -1) : segments;
  const valid = trimmed.every((segment) => plain.test(segment) && !/^\.{0,2}$/.test(segment));
  if (text.startsWith("/") && valid) return `/${trimmed.join("/")}`;
  throw new VaultboxError("VBX_USAGE", `cannot use --path ${quoted(text)}: not a plain path`, {
    hints: ["write the beginning of the path, as in /v1/projects"],
  });
}

function parseScheme(flags: BindingFlags): StoredScheme {
  const { bearer, basic, header, query } = flags;
  const given = [bearer, basic, header, query].filter((flag) => flag !== undefined);
  if (given.length > 1) {
    throw new VaultboxError(
      "VBX_USAGE",
      "--bearer, --basic, --header and --query exclude each other",
    );
  }
  if (basic !== undefined) return { type: "basic", username: parseUsername(basic) };
  if (header !== undefined) return parseHeader(header);
  if (query !== undefined) return { type: "query", parameter: parseParameter(query) };
  return { type: "bearer" };
}

function parseUsername(text: string): string {
  // RFC 7617 §2: a colon ends the user name
  if (/^[\u0021-\u007e]+$/.test(text) && !text.includes(":")) return text;
  throw new VaultboxError(
    "VBX_USAGE",
    "cannot use this --basic user name: printable ASCII without a colon is needed",
    { hints: ["only the user name goes here; the secret is asked for"] },
  );
}

/** `X-Api-Key`, or `Authorization: Token ` with a prefix before the secret. */
function parseHeader(text: string): StoredScheme {
  const [name = "", ...rest] = text.split(":");
  if (!token.test(name) || forbiddenHeaders.test(name)) {
    throw new VaultboxError(
      "VBX_USAGE",
      `cannot use --header ${quoted(name)}: not a header for a credential`,
    );
  }
  const prefix = rest.join(":").replace(/^ /, "");
  if (prefix === "") return { type: "header", header: name };
  if (!/^[\u0020-\u007e]+$/.test(prefix)) {
    throw new VaultboxError(
      "VBX_USAGE",
      "cannot use this --header prefix: printable ASCII is needed",
    );
  }
  return { type: "header", header: name, prefix: prefix.endsWith(" ") ? prefix : `${prefix} ` };
}

function parseParameter(text: string): string {
  if (/^[A-Za-z0-9_.~-]{1,64}$/.test(text)) return text;
  throw new VaultboxError("VBX_USAGE", `cannot use --query ${quoted(text)}: not a parameter name`);
}
