import { Buffer } from "node:buffer";
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isVaultboxError } from "../../base/errors.ts";
import { toNameBytes, toNameText } from "../../base/fs/name-text.ts";
import { readWritableFolders } from "../../base/folder-list.ts";
import { runProgram } from "../../base/run-program.ts";
import type { WritableFolders } from "../../base/writable-folders.ts";
import { clockSlackNs } from "../clock-slack.ts";
import { toSetting, type GitSetting } from "./git-setting.ts";

// Settings of the user and the machine, as git outside of any repository says them. A session asks at several places of
// its start and again at its end; git answers once, as long as the files are the same that it went by.

const timeoutMs = 10_000;

/** A setting of the user or the machine, with the file that it's written in. */
export interface WrittenSetting {
  /** Absolute; `/` for what is in none */
  readonly file: string;
  readonly setting: GitSetting;
}

/** What git said. */
interface Answer {
  readonly settings: readonly WrittenSetting[];
  /** Of {@link toState} */
  readonly state: string | undefined;
}

let answered: Promise<Answer> | undefined;

/**
 * The settings of the user and the machine, which no repository can change.
 * @param without files in these folders don't count, though git goes by them: `include.path` may name one in a workspace
 */
export async function readUserConfiguration(
  without?: WritableFolders,
): Promise<readonly GitSetting[]> {
  const written = await readWrittenSettings();
  // Many settings are in few files
  const files = new Set(written.map(({ file }) => file));
  for (const file of files) if (without?.holderOf(file) !== undefined) files.delete(file);
  return written.filter(({ file }) => files.has(file)).map(({ setting }) => setting);
}

/** The same with their files, in git's order. */
export async function readWrittenSettings(): Promise<readonly WrittenSetting[]> {
  const earlier = answered;
  const before = earlier && (await earlier.catch(() => undefined));
  if (before?.state !== undefined && before.state === toState(before.settings)) {
    return before.settings;
  }
  // Unless another asked meanwhile
  const asked = answered === undefined || answered === earlier ? askGit() : answered;
  answered = asked;
  return (await asked).settings;
}

async function askGit(): Promise<Answer> {
  const env = { GIT_CEILING_DIRECTORIES: "/", GIT_DIR: "/nonexistent", LC_ALL: "C" };
  const args = ["config", "--includes", "--show-origin", "--null", "--list"];
  try {
    const bytes = await runProgram({ file: "git", args, timeoutMs, env, encoding: "latin1" });
    const settings = parseListWithOrigins(bytes);
    return { settings, state: toState(settings) };
  } catch (error) {
    // No git, or no settings that it can read: then it runs nothing because of them either
    if (isVaultboxError(error, "VBX_HOST_COMMAND_FAILED"))
      return { settings: [], state: undefined };
    throw error;
  }
}

/** Of `--show-origin`: where a setting is written (`file:/etc/gitconfig`), then the setting itself. */
function parseListWithOrigins(bytes: string): readonly WrittenSetting[] {
  const items = toNameText(Buffer.from(bytes, "latin1")).split("\0");
  const settings: WrittenSetting[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [origin = "", item = ""] = items.slice(at, at + 2);
    const file = origin.startsWith("file:") ? origin.slice("file:".length) : "/";
    settings.push({ file, setting: toSetting(item) });
  }
  return settings;
}

/**
 * The same text as long as git would say the same. Undefined when nobody can say that: a file is where a sandbox can
 * write, whose kernel may keep no time of a change (`mmap` on a tmpfs), changed just now, or has a name that only git reads.
 */
function toState(settings: readonly WrittenSetting[]): string | undefined {
  const folders = readWritableFolders(process.env);
  const variables = Object.entries(process.env).filter(([name]) => name.startsWith("GIT_"));
  const files = listFiles(settings);
  const states = files?.map((file) =>
    folders.holderOf(file) === undefined ? toFileState(file) : undefined,
  );
  if (states === undefined || states.includes(undefined)) return undefined;
  return JSON.stringify([variables, files, states]);
}

/** Every file that git looks for (git-config(1), "FILES"), also those that aren't there; undefined when that can't be told. */
function listFiles(settings: readonly WrittenSetting[]): readonly string[] | undefined {
  const { HOME: home, XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM } = process.env;
  if (home === undefined) return undefined;
  const files = new Set([GIT_CONFIG_SYSTEM ?? "/etc/gitconfig"]);
  if (GIT_CONFIG_GLOBAL !== undefined) files.add(GIT_CONFIG_GLOBAL);
  else files.add(join(XDG_CONFIG_HOME || join(home, ".config"), "git/config"));
  files.add(join(home, ".gitconfig"));
  for (const { file, setting } of settings) {
    if (file !== "/") files.add(file);
    if (!/^include(?:if\..+)?\.path$/s.test(setting.key)) continue;
    const path = (setting.value ?? "").replace(/^~\//, `${home}/`);
    // Somebody else's home folder, the one that git is installed in, and what later versions may add
    if (/^[~%:]/.test(path)) return undefined;
    files.add(resolve(dirname(file), path));
  }
  return [...files].map((file) => resolve("/", file));
}

function toFileState(file: string): string | undefined {
  try {
    const facts = statSync(toNameBytes(file), { bigint: true, throwIfNoEntry: false });
    if (facts === undefined) return "";
    const { dev, ino, size, mtimeNs, ctimeNs } = facts;
    const isSettled = ctimeNs < BigInt(Date.now()) * 1_000_000n - clockSlackNs;
    return isSettled ? [dev, ino, size, mtimeNs, ctimeNs].join(" ") : undefined;
  } catch {
    // There, and not to be looked at
    return undefined;
  }
}
