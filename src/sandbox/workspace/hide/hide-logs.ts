import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { MountDraft } from "../protect/mount-draft.ts";
import { hideSecretsInText } from "./secret-text.ts";

/** A larger log isn't looked through */
const maxLogBytes = 16 * 1024 * 1024;
const maxLogs = 5000;
const maxDepth = 32;

/**
 * Shows copies of a repository's logs where an address in them has a password: `git pull URL` writes its arguments
 * there. Git goes on writing, to the copy; what it wrote is added to the log when the session ends.
 */
export function hideLogs(draft: MountDraft, folder: Folder, names: readonly string[]): void {
  const count = { left: maxLogs };
  hideLog(draft, { folder, name: "FETCH_HEAD", names });
  using logs = orNothing(() => folder.open("logs"));
  if (logs !== undefined) hideIn(draft, logs, { names: [...names, "logs"], count });
}

function hideIn(
  draft: MountDraft,
  folder: Folder,
  { names, count }: { readonly names: readonly string[]; readonly count: { left: number } },
): void {
  if (names.length > maxDepth) return;
  for (const { name, kind } of folder.entries()) {
    if (count.left-- <= 0) {
      draft.notes.push(`not all logs of ${names.join("/")} were looked through for passwords`);
      return;
    }
    if (kind === "file") hideLog(draft, { folder, name, names });
    if (kind !== "folder") continue;
    using inner = orNothing(() => folder.open(name));
    if (inner !== undefined) hideIn(draft, inner, { names: [...names, name], count });
  }
}

function hideLog(
  draft: MountDraft,
  { folder, name, names }: { folder: Folder; name: string; names: readonly string[] },
): void {
  const content = folder.read(name, maxLogBytes);
  if (content?.includes("://") !== true) return;
  const lines = content.toString("latin1").split("\n");
  const clean = lines.map((line) => (line.includes("://") ? hideSecretsInText(line) : line));
  const shown = Buffer.from(clean.join("\n"), "latin1");
  if (shown.equals(content)) return;
  const facts = folder.facts(name);
  if (facts === undefined) return;
  draft.logs.set([...names, name].join("/"), { content: shown, owner: facts });
}
