import { join, parse } from "node:path";
import { readHomeFolder } from "../base/home-folder.ts";
import { readCurrentFolder } from "../base/current-folder.ts";
import { VaultboxError } from "../base/errors.ts";
import { readWritableFolders } from "../base/folder-list.ts";
import { runProgram } from "../base/run-program.ts";
import { quoted } from "../base/printable.ts";
import type { ProgramCall } from "../base/run-program.ts";
import { toSearchPath, withoutProjectSettings } from "../base/program-environment.ts";
import { readNpmUrls } from "./npm-configuration.ts";
import { readPipUrls } from "./pip-configuration.ts";
import { WritableFolders } from "../base/writable-folders.ts";
import type { RunClient } from "./run-client.ts";

/** Where the user's own client gets its packages. */
export interface ClientRegistry {
  /** `https://host[:port]`, without user name, path or closing slash */
  readonly origin: string;
  /** Canonical path prefix without closing slash, `""` for all */
  readonly pathPrefix: string;
  /** Origins of further registries: npm's scopes, pip's extra indexes, the host that an index keeps its files on */
  readonly extraOrigins: readonly string[];
}

/** A registry that a preset of the session reads from, as the user's own client names it. */
export interface SessionRegistry {
  readonly client: "npm" | "pip";
  readonly registry: ClientRegistry;
}

/** Makes npm in the sandbox ask the user's own registry. */
export function toRegistryEnvironment(
  registries: readonly SessionRegistry[],
): Readonly<Record<string, string>> {
  const npm = registries.find(({ client }) => client === "npm");
  if (npm === undefined) return {};
  return { npm_config_registry: `${npm.registry.origin}${npm.registry.pathPrefix}/` };
}

export interface RegistryContext {
  /** Directories that an agent can write: no program is taken from there, no configuration read there */
  readonly writable: readonly string[];
  /** Default: runProgram */
  readonly run?: (command: ProgramCall) => Promise<string>;
  /** Default: the environment of this process */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A client that needs longer has a broken installation, or asks the network. */
const timeoutMs = 20_000;

/**
 * Asks npm or pip itself, from the file system's root: a project's `.npmrc` would let a repository choose the registry
 * that the box may reach and the token goes to.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED or VBX_CONFIG_INVALID, which never quote the configuration
 */
export async function readClientRegistry(
  client: "npm" | "pip",
  context: RegistryContext,
): Promise<ClientRegistry> {
  refuseWritableSettings(client, context.environment ?? process.env);
  const urls = await (client === "npm" ? readNpmUrls : readPipUrls)(createRunner(context));
  const [main, ...others] = urls.map(parseRegistryUrl);
  if (main === undefined) {
    throw new VaultboxError(
      "VBX_CONFIG_INVALID",
      `cannot use the registry of your ${client} configuration: it is not an http or https URL`,
      { hints: [client === "npm" ? "npm config get registry" : "pip config list"] },
    );
  }
  const extra = others.flatMap((url) => (url === undefined ? [] : [url.origin]));
  return {
    ...main,
    extraOrigins: [...new Set(extra)].filter((origin) => origin !== main.origin),
  };
}

/** Where the clients' own documentation says that a user's settings are; links to them are common (dotfiles). */
const userSettings = {
  // https://docs.npmjs.com/cli/configuring-npm/npmrc
  npm: [".npmrc"],
  // https://pip.pypa.io/en/stable/topics/configuration/
  pip: [".config/pip/pip.conf", ".pip/pip.conf", "Library/Application Support/pip/pip.conf"],
} as const;

/** A registry that a sandbox chose would be one that it may reach, and that the token goes to. */
function refuseWritableSettings(
  client: "npm" | "pip",
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const folders = readWritableFolders(environment);
  for (const name of userSettings[client]) {
    const path = join(readHomeFolder(), name);
    const holder = folders.holderOf(path);
    if (holder === undefined) continue;
    throw new VaultboxError(
      "VBX_CONFIG_INVALID",
      `cannot use your ${client} configuration: ${quoted(path)} leads into ${quoted(holder)}, where a sandbox can write`,
      { hints: [`keep ${name} outside of every workspace, or leave the preset out`] },
    );
  }
}

function createRunner(context: RegistryContext): RunClient {
  const run = context.run ?? runProgram;
  const environment = context.environment ?? process.env;
  const env = {
    ...withoutProjectSettings(environment),
    PATH: toSearchPath(environment["PATH"] ?? "", new WritableFolders(context.writable)),
  };
  const cwd = parse(readCurrentFolder() ?? process.execPath).root;
  return (file, args) => run({ file, args, timeoutMs, cwd, env });
}

/** The user name and password of a URL are dropped here and go nowhere. */
function parseRegistryUrl(
  text: string,
): { readonly origin: string; readonly pathPrefix: string } | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, "") };
}
