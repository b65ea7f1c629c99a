import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { isTooDeep, type ScanBudget } from "../scan-budget.ts";
import type { MountDraft } from "../protect/mount-draft.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { hideSecretsInText } from "./secret-text.ts";

/** A larger log isn't looked through, and shown empty */
const maxLogBytes = 16 * 1024 * 1024;
const empty = Buffer.alloc(0);

/** Where logs are, and what looking through them may cost. */
interface LogFolder {
  readonly folder: Folder;
  readonly names: readonly string[];
  readonly budget: ScanBudget;
}

/**
 * Shows copies of a repository's logs where an address in them has a password: `git pull URL` writes its arguments
 * there. Git goes on writing, to the copy; what it wrote is added to the log when the session ends.
 */
export async function hideLogs(draft: MountDraft, place: LogFolder): Promise<void> {
  const { folder, names, budget } = place;
  await hideLog(draft, place, "FETCH_HEAD");
  using logs = orNothing(() => folder.open("logs"));
  if (logs !== undefined) await hideIn(draft, { folder: logs, names: [...names, "logs"], budget });
}

async function hideIn(draft: MountDraft, place: LogFolder): Promise<void> {
  const { folder, names, budget } = place;
  if (isTooDeep(names)) return budget.leaveOut(names);
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    if (kind === "file") await hideLog(draft, place, name);
    if (kind !== "folder") continue;
    using inner = orNothing(() => folder.open(name));
    if (inner !== undefined)
      await hideIn(draft, { folder: inner, names: [...names, name], budget });
  }
}

async function hideLog(
  draft: MountDraft,
  { folder, names, budget }: LogFolder,
  name: string,
): Promise<void> {
  const content = folder.read(name, maxLogBytes);
  budget.spend("bytes", content?.length);
  if (content?.includes(":") === false) return;
  const facts = orNothing(() => folder.facts(name));
  // Somebody else's that can't be read is closed to the sandbox as well
  const isOpen = facts?.uid === process.geteuid?.() || (facts?.size ?? 0) > maxLogBytes;
  if (facts?.kind !== "file" || (content === undefined && !isOpen)) return;
  const path = [...names, name].join("/");
  const shown = content === undefined ? empty : await withoutPasswords(content, budget);
  if (content === undefined) draft.notes.push(`${path} can't be looked through; it is shown empty`);
  if (shown !== content) draft.logs.set(path, { content: shown, owner: facts });
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
