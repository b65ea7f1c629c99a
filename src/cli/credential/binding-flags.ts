import { VaultboxError } from "../../base/errors.ts";
import { parseHostPattern } from "../../policy/host-pattern.ts";
import { quoted } from "../../base/printable.ts";
import { hasSchemeFlags, toScheme } from "../../credential/schemes.ts";
import type { CredentialBinding } from "../../credential/binding.ts";
import { isPlainPath } from "../../vault/parse-credential.ts";
import { isRepositoryPattern } from "../../vault/stored-credential.ts";

/** The flags that say where a custom credential goes and how. */
export interface BindingFlags {
  readonly host?: string;
  readonly port?: string;
  readonly path?: string;
  /** Those of the schemes (`schemeFlags`) */
  readonly [flag: string]: unknown;
}

export function hasBindingFlags(flags: BindingFlags): boolean {
  const { host, port, path } = flags;
  return [host, port, path].some((flag) => flag !== undefined) || hasSchemeFlags(flags);
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
export function parseBinding(flags: BindingFlags & { readonly host: string }): CredentialBinding {
  return {
    host: parseHost(flags.host),
    port: parsePort(flags.port),
    pathPrefix: parsePathPrefix(flags.path),
    scheme: toScheme({ ...flags }),
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
