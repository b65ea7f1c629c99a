import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { MountDraft } from "../protect/mount-draft.ts";
import { hideSecretsInText } from "./secret-text.ts";

/** A larger log isn't looked through */
const maxLogBytes = 16 * 1024 * 1024;
const maxLogs = 5000;
/** Of all logs of a repository */
const maxBytes = 256 * 1024 * 1024;
const maxDepth = 32;

/**
 * Shows copies of a repository's logs where an address in them has a password: `git pull URL` writes its arguments
 * there. Git goes on writing, to the copy; what it wrote is added to the log when the session ends.
 */
export function hideLogs(draft: MountDraft, folder: Folder, names: readonly string[]): void {
  const count = { left: maxLogs, bytes: maxBytes };
  hideLog(draft, { folder, name: "FETCH_HEAD", names });
  using logs = orNothing(() => folder.open("logs"));
  if (logs !== undefined) hideIn(draft, logs, { names: [...names, "logs"], count });
}

/** What is left to look through. */
interface LogCount {
  left: number;
  bytes: number;
}

function hideIn(
  draft: MountDraft,
  folder: Folder,
  { names, count }: { readonly names: readonly string[]; readonly count: LogCount },
): void {
  if (names.length > maxDepth) return;
  for (const { name, kind } of folder.entries()) {
    if (count.left-- <= 0 || count.bytes <= 0) {
      draft.notes.push(`not all logs of ${names.join("/")} were looked through for passwords`);
      return;
    }
    if (kind === "file") count.bytes -= hideLog(draft, { folder, name, names });
    if (kind !== "folder") continue;
    using inner = orNothing(() => folder.open(name));
    if (inner !== undefined) hideIn(draft, inner, { names: [...names, name], count });
  }
}

/** @returns how much was looked through, `bytes` */
function hideLog(
  draft: MountDraft,
  { folder, name, names }: { folder: Folder; name: string; names: readonly string[] },
): number {
  const content = folder.read(name, maxLogBytes);
  if (content?.includes("://") !== true) return content?.length ?? 0;
  const lines = content.toString("latin1").split("\n");
  const clean = lines.map((line) => (line.includes("://") ? hideSecretsInText(line) : line));
  const shown = Buffer.from(clean.join("\n"), "latin1");
  const facts = folder.facts(name);
  if (facts !== undefined && !shown.equals(content)) {
    draft.logs.set([...names, name].join("/"), { content: shown, owner: facts });
  }
  return content.length;
}
