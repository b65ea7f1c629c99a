import { isVaultboxError, VaultboxError } from "../../base/errors.ts";
import { runProgram } from "../../base/run-program.ts";
import type { Folder } from "../../base/fs/beneath.ts";
import { toNameText } from "../../base/fs/name-text.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe } from "../unsafe-workspace.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { toSetting, type GitSetting } from "./git-setting.ts";

/** A repository's configuration is a few KiB. */
export const maxConfigurationBytes = 1024 * 1024;
const timeoutMs = 10_000;

/** Nothing of this machine's git settings, of a repository around, or of the caller's environment has a say. */
const plainEnvironment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_COUNT: "0",
  GIT_CEILING_DIRECTORIES: "/",
  GIT_DIR: "/nonexistent",
  GIT_TRACE: "0",
  LC_ALL: "C",
} as const;

const maxSectionLength = 1024;
const section = /^\[([A-Za-z0-9-]+)(?: "([\w./@:+*-]+)")?\]$/;
const setting =
  /^[ \t]*([A-Za-z][A-Za-z0-9-]*) = ([!$%&'()*+,./:<=>?@[\]^`{|}~\w-]+(?: [!$%&'()*+,./:<=>?@[\]^`{|}~\w-]+)*)$/;

/** What git has said of a text, which it would say again */
const readBefore = new Map<string, readonly GitSetting[]>();
const maxKept = 1000;
const maxKeptLength = 16_384;

/**
 * Reads the bytes of a configuration file, without the files it includes. What isn't plain is read by git itself, which
 * gets the bytes on stdin and runs nowhere near the repository: any reader of our own would read some file differently
 * from the program that it is to protect. Undefined when git can't read it, or isn't installed.
 */
export async function readConfiguration(
  content: Uint8Array,
  budget?: ScanBudget,
): Promise<readonly GitSetting[] | undefined> {
  const args = ["config", "--file", "-", "--no-includes", "--null", "--list"];
  const plain = parsePlainConfiguration(content);
  if (plain !== undefined) return plain;
  // A path among the values may be no UTF-8: bytes go to git and come from it
  const input = Buffer.from(content).toString("latin1");
  const known = readBefore.get(input);
  if (known !== undefined) return known;
  try {
    const text = await runProgram({
      file: "git",
      args,
      timeoutMs: Math.min(timeoutMs, Math.ceil(budget?.msLeft() ?? timeoutMs) + 1),
      ...(budget?.signal === undefined ? {} : { signal: budget.signal }),
      input,
      encoding: "latin1",
      env: plainEnvironment,
    });
    const settings = parseList(text);
    if (input.length <= maxKeptLength && readBefore.size < maxKept) readBefore.set(input, settings);
    return settings;
  } catch (error) {
    if (isVaultboxError(error, "VBX_HOST_COMMAND_FAILED")) return undefined;
    throw error;
  }
}

/** Settings of a file in a folder; none where it isn't there, or git can't read it. */
export async function readSettingsIn(
  folder: Folder,
  name: string,
  budget?: ScanBudget,
): Promise<readonly GitSetting[]> {
  const content = folder.read(name, maxConfigurationBytes);
  return (content && (await readConfiguration(content, budget))) ?? [];
}

/** @param bytes as Latin-1 */
function parseList(bytes: string): readonly GitSetting[] {
  return toNameText(Buffer.from(bytes, "latin1"))
    .split("\0")
    .filter((item) => item !== "")
    .map(toSetting);
}

/**
 * Reads a configuration that git wrote itself and nobody adorned: sections, and `name = value` without quotes, escapes,
 * comments, continued lines or carriage returns. Within that there is one way to read it. Undefined for anything else,
 * which only git can be asked about; that takes 5 to 15 `ms` for each repository.
 */
export function parsePlainConfiguration(content: Uint8Array): readonly GitSetting[] | undefined {
  const text = Buffer.from(content).toString("latin1");
  const settings: GitSetting[] = [];
  let prefix: string | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const head = section.exec(line);
    if (head !== null) {
      // It would be repeated for each of its settings
      if (line.length > maxSectionLength) return undefined;
      const [, name = "", inner] = head;
      prefix = inner === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${inner}`;
      continue;
    }
    const [, name, value] = setting.exec(line) ?? [];
    if (prefix === undefined || name === undefined) return undefined;
    settings.push({ key: `${prefix}.${name.toLowerCase()}`, value });
  }
  return settings;
}

/** What it names could not be protected. */
export function unreadable(path: string): VaultboxError {
  return unsafe(
    `cannot read the configuration ${quoted(path)}`,
    `it must be readable for you, and no larger than ${maxConfigurationBytes / 1024} KiB`,
  );
}
