import { lstat, readdir } from "node:fs/promises";
import { findLogFiles } from "../../audit/session-log.ts";
import type { Paths } from "../../base/paths.ts";
import { listTrusted } from "../../config/trust.ts";
import type { Engine } from "../../engine/engine.ts";
import { isHistoryName, toHistoryFolder } from "../../sandbox/home/history/history-place.ts";
import { findDeadSessions, hasSandbox } from "../../session/leftovers.ts";
import { listSessions } from "../../session/list-sessions.ts";
import { readOpenDangers } from "../../workspace/handoff/open-dangers.ts";
import { findAllVaults } from "../../vault/remove-vault.ts";
import type { VaultContext } from "../../vault/vault-context.ts";
import { findOnEngine, type OnEngine } from "./on-engine.ts";
import { findOwnFolders, type OwnFolder } from "./own-folders.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHomeFolder } from "../../base/home-folder.ts";
import { readRegularText } from "../../base/fs/regular-file.ts";
import { resolveBaseFolder } from "../../base/state-folder.ts";

/** What this user's vaultbox has on this machine and its engine. */
export interface Installation {
  /** Ids of sessions that run now */
  readonly running: readonly string[];
  /** Ids of those whose process died; something of them may be on the engine and in workspaces */
  readonly dead: readonly string[];
  /** Undefined: the engine isn't asked */
  readonly engine: OnEngine | undefined;
  readonly vaults: readonly string[];
  readonly logs: { readonly count: number; readonly bytes: number };
  /** Projects of which conversations are kept */
  readonly histories: number;
  /** Paths of files that are trusted */
  readonly trusted: readonly string[];
  /** What runs left that is dangerous, and is remembered so that git isn't run on it */
  readonly dangers: readonly string[];
  readonly folders: readonly OwnFolder[];
  readonly shell: ShellFiles;
  /** Paths of what killed processes left in the temporary folder */
  readonly temporary: readonly string[];
}

export interface WhatToFind {
  readonly paths: Paths;
  readonly vaults: VaultContext;
  readonly engine: Engine | undefined;
  /** Whether vaults are to go: then their folder is looked at too */
  readonly isWithVaults: boolean;
}

/** Changes nothing. @throws VaultboxError VBX_ENGINE_FAILED */
export async function findInstallation(what: WhatToFind): Promise<Installation> {
  const { paths, engine } = what;
  const vaults = await findAllVaults(what.vaults);
  const [sessions, dead, onEngine, logs, histories, trusted, dangers, folders, shell, temporary] =
    await Promise.all([
      listSessions(paths),
      findDeadSessions(paths),
      engine === undefined ? undefined : findOnEngine(engine, paths),
      findLogFiles(paths.sessions),
      readdir(toHistoryFolder(paths)).catch(() => []),
      listTrusted(paths),
      // A damaged list names nothing
      readOpenDangers(paths).catch(() => []),
      // Counters of vaults that were removed are of no use once none is left
      findOwnFolders(paths, what.isWithVaults || vaults.length === 0),
      findShellFiles(what.vaults.env),
      findTemporaryFiles(),
    ]);
  return {
    running: sessions.filter(({ status }) => status === "running").map(({ id }) => id),
    dead: dead.filter(hasSandbox).map(({ id }) => id),
    engine: onEngine,
    vaults,
    logs: { count: logs.length, bytes: logs.reduce((sum, { size }) => sum + size, 0) },
    histories: histories.filter(isHistoryName).length,
    trusted,
    dangers: dangers.map(({ place }) => place),
    folders,
    shell,
    temporary,
  };
}

/** Of builds and demos: `engine/image/ensure-image.ts`, `engine/image/debian-node.ts` and `demo/demo-home.ts`. */
const ownName = /^vaultbox-(?:build-[0-9a-f]{16}\.lock|(?:image|demo)-[A-Za-z0-9]{6})$/;
/** Longer than each of them takes, in `ms`: it was killed */
const longestMs = 3_600_000;

/** What killed processes of this user left in the temporary folder, which everybody can write in. */
async function findTemporaryFiles(): Promise<readonly string[]> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) => ownName.test(name));
  const paths = names.map((name) => join(tmpdir(), name));
  const found = await Promise.all(paths.map(async (path) => ((await isLeft(path)) ? path : [])));
  return found.flat();
}

async function isLeft(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts === undefined || facts.mtimeMs > Date.now() - longestMs) return false;
  return process.getuid === undefined || facts.uid === process.getuid();
}

/** What of vaultbox is where shells look. */
interface ShellFiles {
  /** Files that `vaultbox completion` wrote, and nobody changed into another one's */
  readonly scripts: readonly string[];
  /** Lines of the user's own files that start the completion, as `FILE:LINE` */
  readonly lines: readonly string[];
}

/** In the first lines of every script that `vaultbox completion` prints. */
const scriptMark = "completion for vaultbox; made by: vaultbox completion";
const firstLines = 3;

/** Scans in the places that the shells' own manuals name; a file that can't be read is nobody's business here. */
async function findShellFiles(env: NodeJS.ProcessEnv): Promise<ShellFiles> {
  const home = readHomeFolder(env);
  const config = resolveBaseFolder(env, "XDG_CONFIG_HOME", ".config");
  const data = resolveBaseFolder(env, "XDG_DATA_HOME", ".local/share");
  const zsh = env["ZDOTDIR"] || home;
  const scripts = [
    join(config, "fish/completions/vaultbox.fish"),
    join(data, "bash-completion/completions/vaultbox"),
    join(data, "zsh/site-functions/_vaultbox"),
    ...[".zfunc", ".zsh", ".zsh/completions"].map((folder) => join(home, folder, "_vaultbox")),
  ];
  const startFiles = [
    ...[".bashrc", ".bash_profile", ".profile"].map((name) => join(home, name)),
    ...[".zshrc", ".zprofile"].map((name) => join(zsh, name)),
    join(config, "fish/config.fish"),
  ];
  const found = await Promise.all(
    scripts.map(async (path) => ((await isScript(path)) ? path : [])),
  );
  const lines = await Promise.all(startFiles.map(findLines));
  return { scripts: found.flat(), lines: lines.flat() };
}

async function isScript(path: string): Promise<boolean> {
  const isFile = await lstat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
  if (!isFile) return false;
  const text = await readRegularText(path).catch(() => "");
  return text.split("\n", firstLines).some((line) => line.includes(scriptMark));
}

async function findLines(path: string): Promise<readonly string[]> {
  const text = await readRegularText(path).catch(() => "");
  return text
    .split("\n")
    .flatMap((line, index) => (line.includes("vaultbox completion") ? `${path}:${index + 1}` : []));
}
