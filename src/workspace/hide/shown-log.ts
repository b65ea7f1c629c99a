import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import type { EntryFacts } from "../../base/fs/entry-facts.ts";
import { openOrNothing, openRealOrNothing } from "../host-path.ts";
import { toCopyPath, type CopyMount } from "../protect/shown-copies.ts";
import { isTooDeep, type ScanBudget } from "../scan-budget.ts";
import type { MountDraft } from "../protect/mount-draft.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { hideSecretsInText } from "./secret-text.ts";

/** A log of which the sandbox saw and wrote a copy. */
export interface ShownLog {
  /** Absolute real path of the folder that `names` begin in */
  readonly root: string;
  readonly names: Names;
  /** Absolute path of the copy */
  readonly copy: string;
  /** Of the copy at first, `bytes` */
  readonly length: number;
  /** SHA-256 of it */
  readonly digest: string;
}

/** What one session may add to a log */
const maxCopyBytes = 64 * 1024 * 1024;
/** A larger log isn't looked through, and shown empty */
const maxLogBytes = 16 * 1024 * 1024;
const empty = Buffer.alloc(0);

export function toShownLogs(copies: readonly CopyMount[], directory: string): readonly ShownLog[] {
  return copies.flatMap(({ content, log }, index) => {
    if (log === undefined || !(content instanceof Uint8Array)) return [];
    const { root, names } = log;
    const copy = toCopyPath(directory, index);
    return [{ root, names, copy, length: content.length, digest: toDigest(content) }];
  });
}

/** Adds to the logs what was written to the copies; one that was changed otherwise is left where it is. */
export function returnLogs(logs: readonly ShownLog[]): void {
  for (const { root, names, copy, length, digest } of logs) {
    using folder = openOrNothing(dirname(copy));
    const content = folder?.read(basename(copy), maxCopyBytes);
    if (content === undefined || toDigest(content.subarray(0, length)) !== digest) continue;
    // Once, whoever looks again
    if (folder?.remove(basename(copy), "file") !== true || content.length === length) continue;
    using outer = openRealOrNothing(root);
    using place = orNothing(() => outer?.openPath(names.slice(0, -1)));
    place?.append(names.at(-1) ?? "", content.subarray(length));
  }
}

function toDigest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A draft into which copies without secrets are put, and what looking for them may cost. */
export interface Hiding {
  readonly draft: MountDraft;
  readonly budget: ScanBudget;
}

/** A folder with logs. */
interface LogFolder {
  readonly folder: Folder;
  readonly names: Names;
}

/**
 * Shows copies of a repository's logs where an address in them has a password: `git pull URL` writes its arguments
 * there. Git goes on writing, to the copy; what it wrote is added to the log when the session ends.
 */
export async function hideLogs(hiding: Hiding, place: LogFolder): Promise<void> {
  await hideLog(hiding, place, "FETCH_HEAD");
  await hideInFolder(hiding, place, "logs");
}

async function hideInFolder(hiding: Hiding, around: LogFolder, inner: string): Promise<void> {
  const { budget } = hiding;
  using folder = orNothing(() => around.folder.open(inner));
  const names = [...around.names, inner];
  if (folder === undefined) return;
  if (isTooDeep(names)) return budget.leaveOut(names);
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    if (kind === "file") await hideLog(hiding, { folder, names }, name);
    if (kind === "folder") await hideInFolder(hiding, { folder, names }, name);
  }
}

async function hideLog(
  { draft, budget }: Hiding,
  { folder, names }: LogFolder,
  name: string,
): Promise<void> {
  const content = folder.read(name, maxLogBytes);
  budget.spend("bytes", content?.length);
  if (content?.includes(":") === false) return;
  const facts = orNothing(() => folder.facts(name));
  // Somebody else's that can't be read is closed to the sandbox as well
  if (facts?.kind !== "file" || (!content && !isOpenToSandbox(facts, maxLogBytes))) return;
  const path = [...names, name].join("/");
  const shown = content === undefined ? empty : await withoutPasswords(content, budget);
  if (content === undefined) draft.notes.push(`${path} can't be looked through; it is shown empty`);
  if (shown !== content) draft.copies.set(path, { content: shown, logOwner: facts });
}

/** Whether a file that can't be read here is one to the sandbox: it's its owner, and can change the mode that keeps us out. */
export function isOpenToSandbox(
  facts: EntryFacts | undefined,
  maxBytes: number,
): facts is EntryFacts {
  if (facts?.kind !== "file") return false;
  return facts.uid === process.geteuid?.() || facts.size > maxBytes;
}

/** Once the look is over, what is left of a log is left out: the start is refused then. */
async function withoutPasswords(content: Buffer, budget: ScanBudget): Promise<Buffer> {
  const lines = content.toString("latin1").split("\n");
  const clean: string[] = [];
  for (const line of lines) {
    if (budget.isDue() && !(await budget.turn())) return empty;
    clean.push(withoutPassword(line));
  }
  const shown = Buffer.from(clean.join("\n"), "latin1");
  return shown.equals(content) ? content : shown;
}

function withoutPassword(line: string): string {
  // Of a log what is behind the name, the time and the tab (gitrepository-layout(5), "logs")
  const message = line.slice(line.indexOf("\t") + 1);
  if (!message.includes("://") && message.indexOf(":") > message.lastIndexOf("@")) return line;
  return line.slice(0, line.length - message.length) + hideSecretsInText(message);
}
