import { chmod, lstat, realpath, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readHomeFolder } from "../../base/home-folder.ts";
import type { Paths } from "../../base/paths.ts";
import { readPlainFile } from "../../base/fs/private-read.ts";
import type { BindMount } from "../../engine/engine.ts";
import { VaultboxError } from "../../base/errors.ts";
import { toKind } from "../../base/fs/entry-facts.ts";
import { orNothing } from "../../base/fs/beneath.ts";
import { isNameUtf8 } from "../../base/fs/name-text.ts";
import { readRealPath } from "../../base/fs/real-path.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { maxFileBytes } from "../../policy/file/fields.ts";
import { quoted } from "../../base/printable.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { parseMount } from "./mount-flags.ts";
import { homeMount, sandboxHome } from "../sandbox-places.ts";
import { findOuterRepositories } from "../../workspace/roots/outer-repository.ts";

/** What a mount is checked against. */
export interface MountRules {
  readonly home: string;
  /** Exact sources that the user named with `--allow-mount`, after symbolic links */
  readonly allowed: readonly string[];
  readonly paths: Paths;
}

/** Files and directories in the home directory that hold credentials, or that run code on the host. */
const privateInHome = [
  ".ssh",
  ".aws",
  ".azure",
  ".gnupg",
  ".config/gh",
  ".config/gcloud",
  ".config/op",
  ".docker",
  ".kube",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".git-credentials",
  ".password-store",
  ".local/share/keyrings",
  ".local/share/kwalletd",
  "Library/Keychains",
  ".mozilla",
  ".config/google-chrome",
  "Library/Application Support/Google/Chrome",
] as const;

/** Host directories that no sandbox has a use for, whole or in part. */
const systemSources = ["/proc", "/sys", "/dev", "/boot", "/run", "/var/run", "/var/lib/docker"];
/** Host directories that may not be mounted whole: system ones, and parents of homes. */
const wholeSources = [
  "/",
  "/etc",
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/var",
  "/root",
  "/home",
  "/Users",
  "/tmp",
  "/opt",
];
/** Places in the sandbox that are ours or the engine's. */
const reservedTargets = [
  "/proc",
  "/sys",
  "/dev",
  "/run/vaultbox",
  "/bin",
  "/sbin",
  "/lib",
  "/usr/bin",
  "/etc",
];

/**
 * Checks the workspace and returns its real path.
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export async function resolveWorkspace(path: string, rules: MountRules): Promise<string> {
  const source = await resolveSource(path, rules);
  if (!(await stat(source)).isDirectory()) {
    throw refused(path, "it is not a directory", ["--workspace takes a directory"]);
  }
  return source;
}

/**
 * Reads the text of a mount, and checks both places.
 * @throws VaultboxError VBX_USAGE, VBX_MOUNT_REFUSED
 */
export async function resolveMount(text: string, rules: MountRules): Promise<BindMount> {
  const { source, target, readOnly } = parseMount(text);
  const real = await resolveSource(source, rules);
  const inside = target ?? real;
  if (inside === homeMount) {
    const hint = "mount into the home, such as --mount SRC:~/NAME, or keep one: --home NAME";
    throw refused(text, `the sandbox's home is at ${quoted(sandboxHome)}`, [hint]);
  }
  if (isReservedTarget(inside)) {
    const hint = "name another place for it, such as --mount SRC:/mnt/NAME";
    throw refused(text, `${quoted(inside)} in the sandbox is reserved`, [hint]);
  }
  return { source: real, target: inside, readOnly };
}

/**
 * Real paths of what `--mount` lets the sandbox write; a socket that is mounted answers as before, whoever asks.
 * @throws VaultboxError VBX_USAGE, VBX_MOUNT_REFUSED: nothing counts for writable that is never mounted
 */
export async function resolveWritable(
  mounts: readonly string[],
  rules: MountRules,
): Promise<readonly string[]> {
  const resolved = await Promise.all(mounts.map((text) => resolveMount(text, rules)));
  const sources = resolved.flatMap(({ source, readOnly }) => (readOnly ? [] : [source]));
  const facts = await Promise.all(sources.map((source) => stat(source)));
  return sources.filter((_, index) => facts[index]?.isSocket() === false);
}

/** Real paths of repositories that work trees among the folders need; one that may not be mounted is refused later. */
export async function resolveOuter(
  folders: readonly string[],
  rules: MountRules,
): Promise<readonly string[]> {
  const found = await findOuterRepositories(folders);
  const refusals = await Promise.all(
    found.map(async (path) =>
      rules.allowed.includes(path) ? undefined : await findRefusal(path, rules),
    ),
  );
  return found.filter((_, index) => refusals[index] === undefined);
}

/** The real path of a source, after the checks; symbolic links are followed first, so that no link can hide what it is. */
async function resolveSource(path: string, rules: MountRules): Promise<string> {
  let source: string;
  try {
    source = readRealPath(path);
  } catch (error) {
    // Node reads arguments and the current folder as UTF-8, and puts this in the place of what is none
    if (path.includes("\ufffd")) throw notUtf8(path, error);
    // Says itself when the folder that a relative path begins in was removed
    resolve(path);
    const hint = "mounts and --workspace name files of this machine; check the path";
    throw refused(path, "it does not exist", [hint], error);
  }
  if (!isNameUtf8(source)) throw notUtf8(source);
  if (rules.allowed.includes(source)) return source;
  const reason = await findRefusal(source, rules);
  if (reason === undefined) return source;
  throw refused(path, source === resolve(path) ? reason : `it is ${quoted(source)}: ${reason}`, [
    `--allow-mount ${toShellWord(source)} makes an exception, if you are sure`,
  ]);
}

/** Why a real path may not be mounted, or undefined. */
async function findRefusal(source: string, rules: MountRules): Promise<string | undefined> {
  const home = await realpath(rules.home).catch(() => rules.home);
  if (source === home) return "it is your home directory";
  if (contains(source, home)) return "it contains your home directory";
  if (wholeSources.includes(source)) return "it is a system directory";
  for (const folder of systemSources) {
    if (contains(folder, source) && !contains(rules.paths.runtime, source)) {
      return "it belongs to the system";
    }
  }
  const kind = toKind(await lstat(source));
  if (kind === "other") return "it is a socket, a pipe or a device";
  for (const name of privateInHome) {
    if (overlaps(source, join(home, name))) return `it holds credentials (${name})`;
  }
  for (const own of [
    rules.paths.config,
    rules.paths.vaults,
    rules.paths.state,
    rules.paths.runtime,
  ]) {
    const real = await realpath(own).catch(() => own);
    if (overlaps(source, real)) return "it holds vaultbox's own files";
  }
  return undefined;
}

function isReservedTarget(target: string): boolean {
  return target === "/" || reservedTargets.some((folder) => contains(folder, target));
}

function overlaps(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/** A container engine can't be told such a name. */
function notUtf8(path: string, cause?: unknown): VaultboxError {
  const hint = "give the folder or file, and every folder above it, a name in UTF-8";
  const why = "its path is not UTF-8";
  return refused(path, cause === undefined ? why : `${why}, or not there`, [hint], cause);
}

function refused(
  path: string,
  why: string,
  hints: readonly string[],
  cause?: unknown,
): VaultboxError {
  return new VaultboxError("VBX_MOUNT_REFUSED", `cannot mount ${quoted(path)}: ${why}`, {
    hints,
    cause,
  });
}

/**
 * The workspace's binds: itself at the same path, and over its project file a copy of that, read-only, so that the
 * sandbox can't prepare its next policy. A copy, because the engine follows links when it mounts: a sandbox of another
 * session in the same workspace could put a link to any file of the host there in the last moment. A project file that
 * isn't there yet needs no protection: without `vaultbox trust` it counts for nothing.
 * @param folder of the session, for the copy
 * @throws VaultboxError VBX_FILE_UNSAFE when the project file isn't a plain file any more
 */
export async function toWorkspaceBinds(
  workspace: string,
  projectFile: string | undefined,
  folder: string,
): Promise<readonly BindMount[]> {
  const whole: BindMount = { source: workspace, target: workspace, readOnly: false };
  if (projectFile === undefined || !contains(workspace, projectFile)) return [whole];
  const content = await readPlainFile(projectFile, maxFileBytes);
  if (content === undefined) return [whole];
  const copy = join(folder, "project.yaml");
  const { mode, atime, mtime } = await stat(projectFile);
  await writeFile(copy, content);
  // Not by the mode of the call, which the umask narrows
  await chmod(copy, (mode & 0o111) === 0 ? 0o644 : 0o755);
  // Git takes a file of another time for one that it has to check out again
  await utimes(copy, atime, mtime);
  return [whole, { source: copy, target: projectFile, readOnly: true }];
}

/** Real paths of what `--allow-mount` names. */
export async function resolveAllowed(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
      return orNothing(() => readRealPath(path)) ?? join(folder, basename(path));
    }),
  );
}

export function defaultMountRules(paths: Paths, allowed: readonly string[]): MountRules {
  return { home: readHomeFolder(), allowed, paths };
}
