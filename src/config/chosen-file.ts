import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { VaultboxError, type VaultboxErrorCode, toCode } from "../base/errors.ts";
import { readRememberedFolders } from "../base/folder-list.ts";
import { InvalidFileError } from "../policy/file/problem.ts";
import { quoted } from "../base/printable.ts";
import { toShellWord } from "../base/shell-word.ts";
import type { Paths } from "../base/paths.ts";
import { readPlainFile } from "../base/fs/private-read.ts";
import { readTrust } from "./trust.ts";

/** A file that the user named and that decides what sessions may do; read once. */
export interface ChosenFile {
  /** Real path: a link is followed, because the user chose it */
  readonly path: string;
  /** Whether a link leads to it from the path that was named */
  readonly isLinked: boolean;
  readonly content: Uint8Array;
  /** SHA-256 of the content, hex */
  readonly sha256: string;
}

/** What sandboxes can write when a file is read that decides what they may do. */
export interface ChosenFileRules {
  readonly paths: Paths;
  /** Real paths of what this session will write in; none of a command that starts none */
  readonly writable: readonly string[];
  /** Called for a file that sandboxes can write from this session on: it's to be trusted as it is now */
  readonly onFirstUse?: (file: ChosenFile) => void;
}

/** A kind of file that is named on the command line. */
export interface ChosenFileKind {
  readonly maxBytes: number;
  /** Of the error when it can't be read */
  readonly code: VaultboxErrorCode;
  /** How its message begins: `cannot read` */
  readonly cannot: string;
  readonly hint: string;
}

/**
 * Reads a file that the user named.
 * @throws VaultboxError of the kind's code, VBX_FILE_UNSAFE
 */
export async function readChosenFile(path: string, kind: ChosenFileKind): Promise<ChosenFile> {
  const fail = (why: string, cause?: unknown): VaultboxError =>
    new VaultboxError(kind.code, `${kind.cannot} ${quoted(path)}: ${why}`, {
      hints: [kind.hint],
      cause,
    });
  const target = await realpath(path).catch((error: unknown) => {
    throw fail(toCode(error) === "ENOENT" ? "there is no such file" : toCode(error), error);
  });
  const content = await readPlainFile(target, kind.maxBytes);
  if (content === undefined) throw fail("it vanished");
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { path: target, isLinked: target !== resolve(path), content, sha256 };
}

/**
 * Parses a file. Who made the link to one may want to see what is in it, so its problems are told by their places alone.
 * @throws InvalidFileError
 */
export function parseChosenFile<Parsed>(file: ChosenFile, parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidFileError) || !file.isLinked) throw error;
    const message = `not valid; a link leads to the file, so what it says is shown by: vaultbox policy check ${toShellWord(file.path)}`;
    const problems = error.problems.map((problem) => ({ ...problem, key: "", message }));
    throw new InvalidFileError(error.code, problems);
  }
}

/**
 * Lets a file count only if no sandbox can have written it: like a project file, where one could, it counts with the
 * content that the user trusted, or that it had when it was first used.
 * @param name path as the user named it
 * @throws VaultboxError VBX_FILE_UNTRUSTED
 */
export async function vouchForChosenFile(
  name: string,
  file: ChosenFile,
  { paths, writable, onFirstUse }: ChosenFileRules,
): Promise<void> {
  const { path, isLinked, sha256 } = file;
  // As it is after the content was read: who writes now was on the list before
  const earlier = readRememberedFolders(paths.state);
  const all = earlier.with(writable);
  // Where there is no link on the way, it's the file itself that the user named
  const way = isLinked ? name : path;
  const holder = all.holderOf(way);
  if (holder === undefined) return;
  if (all.outerOf(path) === undefined) {
    throw refuseWritable(
      name,
      `it is reached by a link in ${quoted(holder)}, where a sandbox can write`,
      [`name the file itself: ${toShellWord(path)}`],
    );
  }
  const trust = await readTrust(path, paths);
  if (trust?.sha256 === sha256) return;
  if (trust === undefined && earlier.holderOf(way) === undefined) {
    onFirstUse?.(file);
    return;
  }
  const why =
    trust === undefined
      ? `a sandbox could write it (${quoted(holder)})`
      : `it was changed since you used or trusted it (${trust.trustedAt})`;
  throw refuseWritable(name, why, [
    `read it, then run: vaultbox trust ${toShellWord(path)}`,
    "or keep it outside of every workspace and writable mount",
  ]);
}

function refuseWritable(name: string, why: string, hints: readonly string[]): VaultboxError {
  return new VaultboxError("VBX_FILE_UNTRUSTED", `cannot use ${quoted(name)}: ${why}`, { hints });
}
