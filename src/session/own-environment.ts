import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Paths } from "../base/paths.ts";
import { VaultboxError } from "../base/errors.ts";
import { contains } from "../base/fs/path-steps.ts";
import { readAccountHome } from "../base/home-folder.ts";
import { quoted } from "../base/printable.ts";
import type { WritableFolders } from "../base/writable-folders.ts";

/**
 * Variables that decide what this process loads, whom it trusts, where its own files are, and which engine and
 * keychain it talks to.
 */
const ownVariables: readonly string[] = [
  // https://nodejs.org/api/cli.html#environment-variables
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_COMPILE_CACHE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "OPENSSL_CONF",
  "OPENSSL_MODULES",
  // ld.so(8), dyld(1)
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "LD_AUDIT",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_LIBRARY_PATH",
  "DYLD_FRAMEWORK_PATH",
  "HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  "XDG_RUNTIME_DIR",
  "VAULTBOX_HOME",
  "VAULTBOX_IDENTITY_FILE",
  "VAULTBOX_PASSPHRASE_FILE",
  "DOCKER_HOST",
  "DOCKER_CONFIG",
  "DOCKER_CERT_PATH",
  "COLIMA_HOME",
  "DBUS_SESSION_BUS_ADDRESS",
];

/** What Node makes of bytes in a variable that are no UTF-8: the name of another file */
const replacement = "\ufffd";

const pieceEnd = /[\s:;,="'`]+/;

/**
 * Refuses to go on where one of our own variables leads into a folder that a sandbox can write, or can't be read.
 * @param folder working directory: what relative names are meant from
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export function refuseOwnEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  folders: WritableFolders,
): void {
  const home = readAccountHome();
  for (const name of ownVariables) {
    const value = env[name] ?? "";
    if (value.includes(replacement)) throw notUtf8(name);
    const holder = folders.holderInText(value) ?? findRelative({ name, value }, folder, folders);
    if (holder === undefined || isExcepted(holder, home)) continue;
    throw new VaultboxError(
      "VBX_FILE_UNSAFE",
      `cannot use the environment variable ${name}: it leads into ${quoted(holder)}, where a sandbox can write`,
      { hints: [`unset ${name}, or move what it names out of that folder`] },
    );
  }
}

/**
 * Refuses to go by files of our own that a sandbox can write: a folder may be a link into a workspace, also when no
 * variable is.
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export function refuseOwnFiles(paths: Paths, folders: WritableFolders): void {
  const home = readAccountHome();
  const preferences = join(paths.config, "config.json");
  for (const path of [preferences, paths.config, paths.vaults, paths.state, paths.runtime]) {
    const holder = folders.holderOf(path);
    if (holder === undefined || isExcepted(holder, home)) continue;
    throw new VaultboxError(
      "VBX_FILE_UNSAFE",
      `cannot use ${quoted(path)}: it leads into ${quoted(holder)}, where a sandbox can write`,
      { hints: ["keep vaultbox's own files outside of every workspace and writable mount"] },
    );
  }
}

function notUtf8(name: string): VaultboxError {
  return new VaultboxError(
    "VBX_FILE_UNSAFE",
    `cannot use the environment variable ${name}: its value is not UTF-8`,
    { hints: [`set ${name} to a path in UTF-8 for vaultbox, or rename the folder`] },
  );
}

/** A path from the working directory, or a package that Node finds from there (`NODE_OPTIONS=--import=tsx`). */
function findRelative(
  { name, value }: { readonly name: string; readonly value: string },
  folder: string,
  folders: WritableFolders,
): string | undefined {
  const pieces = value.split(pieceEnd).filter((piece) => piece !== "" && !piece.startsWith("-"));
  for (const piece of pieces) {
    const path = resolve(folder, piece);
    const places = existsSync(path) ? [path] : [];
    if (name === "NODE_OPTIONS") places.push(...findModule(piece, folder));
    const holder = places.map((place) => folders.holderOf(place)).find((one) => one !== undefined);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

function findModule(name: string, folder: string): readonly string[] {
  try {
    return [createRequire(join(folder, "module.js")).resolve(name)];
  } catch {
    // No package of that name: Node would have failed as well
    return [];
  }
}

/** Who let a sandbox write all of the home folder named it with `--allow-mount`. */
function isExcepted(holder: string, home: string | undefined): boolean {
  return home !== undefined && contains(holder, home);
}
