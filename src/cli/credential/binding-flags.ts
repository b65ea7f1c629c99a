import { VaultboxError } from "../../base/errors.ts";
import { parseHostPattern } from "../../policy/host-pattern.ts";
import { quoted } from "../../base/printable.ts";
import {
  isCredentialHeader,
  isHeaderPrefix,
  isParameterName,
  isPlainPath,
  isUserName,
} from "../../vault/credential-fault.ts";
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
    const { kind, host } = parseHostPattern(text);
    return kind === "subdomains" ? `*.${host}` : host;
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

function parsePathPrefix(text = "/"): string {
  const path = text === "/" ? text : text.replace(/(?<=[^/])\/$/, "");
  if (isPlainPath(path)) return path;
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
  if (isUserName(text)) return text;
  throw new VaultboxError(
    "VBX_USAGE",
    "cannot use this --basic user name: printable ASCII without a colon is needed",
    { hints: ["only the user name goes here; the secret is asked for"] },
  );
}

/** `X-Api-Key`, or `Authorization: Token ` with a prefix before the secret. */
function parseHeader(text: string): StoredScheme {
  const [name = "", ...rest] = text.split(":");
  if (!isCredentialHeader(name)) {
    throw new VaultboxError(
      "VBX_USAGE",
      `cannot use --header ${quoted(name)}: not a header for a credential`,
    );
  }
  const prefix = rest.join(":").replace(/^ /, "");
  if (prefix === "") return { type: "header", header: name };
  if (!isHeaderPrefix(prefix)) {
    throw new VaultboxError(
      "VBX_USAGE",
      "cannot use this --header prefix: printable ASCII is needed",
    );
  }
  return { type: "header", header: name, prefix: prefix.endsWith(" ") ? prefix : `${prefix} ` };
}

function parseParameter(text: string): string {
  if (isParameterName(text)) return text;
  throw new VaultboxError("VBX_USAGE", `cannot use --query ${quoted(text)}: not a parameter name`);
}
