import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { Entry } from "../../../files/entry-facts.ts";
import { isTooDeep, type LookBudget } from "../look-budget.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { openInner } from "./open-inner.ts";

/**
 * Whether a file is a program that runs as its owner or group, whoever starts it.
 * @param since when it changed at the earliest, `ns`
 */
export function hasOwnerRights(folder: Folder, { name, kind }: Entry, since: bigint): boolean {
  if (kind !== "file" || (folder.mode(name) & 0o6000) === 0) return false;
  const facts = folder.facts(name);
  return facts !== undefined && facts.changedAt >= since;
}

/** What programs with their owner's rights are looked for with. */
interface OwnerRightsLook {
  /** When they changed at the earliest, `ns` */
  readonly since: bigint;
  readonly budget: LookBudget;
  /** Paths of folders that are looked through by themselves */
  readonly apart?: ReadonlySet<string> | undefined;
  readonly onFound: (names: readonly string[]) => void;
}

/** Finds all such programs of a folder, at any depth; a repository's folder isn't walked through for anything else. */
export async function findOwnerRights(
  folder: Folder,
  names: readonly string[],
  look: OwnerRightsLook,
): Promise<void> {
  const { since, budget, onFound } = look;
  if (isTooDeep(names)) return budget.leaveOut(names);
  for (const entry of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    const own = [...names, entry.name];
    if (hasOwnerRights(folder, entry, since)) onFound(own);
    if (entry.kind !== "folder" || look.apart?.has(own.join("/")) === true) continue;
    const opening = { since, onOpened: () => undefined };
    using inner = orNothing(() => openInner(folder, entry.name, opening));
    if (inner !== undefined) await findOwnerRights(inner, own, look);
  }
}
