import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import type { Entry } from "../../base/fs/entry-facts.ts";
import { isTooDeep, type ScanBudget } from "../scan-budget.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { openInner } from "./walk.ts";

/**
 * Whether a file is a program that runs as its owner or group, whoever starts it.
 * @param since when it changed at the earliest, `ns`
 */
export function hasOwnerRights(folder: Folder, { name, kind }: Entry, since: bigint): boolean {
  if (kind !== "file" || (folder.mode(name) & 0o6000) === 0) return false;
  const facts = folder.facts(name);
  return facts !== undefined && facts.changedAt >= since;
}

/** Bits of a mode that let others than the owner write; where there is an ACL, the group's are its mask (acl(5)). */
export const sharedBits = 0o022;

/** What modes are looked for with. */
interface ModeFacts {
  /** When they changed at the earliest, `ns` */
  readonly since: bigint;
  /** The same of what others may write to: the start didn't see the user's own files of a moment before, `ns` */
  readonly sharedSince: bigint;
  readonly budget: ScanBudget;
  /** Paths of folders that are looked through by themselves */
  readonly apart?: ReadonlySet<string> | undefined;
  readonly onOwnerRights: (names: Names) => void;
  readonly onShared: (names: Names, mode: number) => void;
}

/**
 * Finds all such programs of a folder, at any depth, and what others may write to; a repository's folder isn't walked
 * through for anything else.
 */
export async function findModes(folder: Folder, names: Names, look: ModeFacts): Promise<void> {
  const { since, budget } = look;
  if (isTooDeep(names)) return budget.leaveOut(names);
  for (const entry of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    const own = [...names, entry.name];
    inspectMode(folder, entry, { names: own, look });
    if (entry.kind !== "folder" || look.apart?.has(own.join("/")) === true) continue;
    const opening = { since, onOpened: () => undefined };
    using inner = orNothing(() => openInner(folder, entry.name, opening));
    if (inner !== undefined) await findModes(inner, own, look);
  }
}

function inspectMode(
  folder: Folder,
  { name, kind }: Entry,
  { names, look }: { readonly names: Names; readonly look: ModeFacts },
): void {
  if (kind !== "file" && kind !== "folder") return;
  const mode = folder.mode(name);
  const isProgram = kind === "file" && (mode & 0o6000) !== 0;
  if (!isProgram && (mode & sharedBits) === 0) return;
  const changedAt = folder.facts(name)?.changedAt ?? 0n;
  if (changedAt < look.since) return;
  if (isProgram) look.onOwnerRights(names);
  if ((mode & sharedBits) !== 0 && changedAt >= look.sharedSince) look.onShared(names, mode);
}
