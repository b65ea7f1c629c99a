import type { Folder, Names } from "../../../base/fs/beneath.ts";
import { isTooDeep } from "../../scan-budget.ts";
import { readFolder } from "../../read-folder.ts";
import { isBareRepository } from "../repository-signs.ts";
import { openPlain, type Look } from "./inspection.ts";

/** What links are looked for in. */
interface LinkPlace {
  /** Nothing in the folder of a linked work tree is looked at by itself */
  readonly shape: "repository" | "worktree";
  /** From the folder of the repository */
  readonly names?: Names;
  /** Paths from it of folders that are no part of the repository */
  readonly apart?: ReadonlySet<string> | undefined;
}

/**
 * Finds symbolic links in a repository's folder, other than a HEAD that is one. Git writes through them with the user's
 * rights: a log, a message or a lock that leads to a start file of the shell puts names of branches there.
 */
export async function inspectLinks(
  look: Look,
  folder: Folder,
  { shape, names = [], apart }: LinkPlace,
): Promise<void> {
  const { budget } = look;
  for (const { name, kind } of await readFolder(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    const own = [...names, name];
    if (kind === "link") inspectLink(look, folder, own);
    // Hooks are looked at one by one
    if (kind !== "folder" || own.join("/") === "hooks") continue;
    if (apart?.has(own.join("/")) === true) continue;
    if (isTooDeep(own)) {
      look.unseen("has folders in more others than are looked into", {
        code: "EMLINK",
        place: own[0] ?? "",
      });
      continue;
    }
    using inner = openPlain(look, folder, { name, place: own.join("/") });
    if (inner === undefined) continue;
    if (shape !== "worktree" && (await isGitDir(inner, own, look))) continue;
    await inspectLinks(look, inner, { shape, names: own, apart });
  }
}

/** Whether a folder in a repository's is looked at by itself (`findGitDirs`). */
async function isGitDir(folder: Folder, own: Names, look: Look): Promise<boolean> {
  if (own[0] === "worktrees") return own.length === 2;
  return isBareRepository(await readFolder(folder, look.budget));
}

function inspectLink(look: Look, folder: Folder, own: Names): void {
  const name = own.at(-1) ?? "";
  const target = folder.readLink(name) ?? "";
  if (own.length === 1 && isPlainHead(name, target)) return;
  look.note(folder, name);
  const path = own.join("/");
  look.danger(`leads elsewhere with ${path} (a symbolic link)`, target, path);
}

/** As git itself writes it with `core.preferSymlinkRefs`. */
function isPlainHead(name: string, target: string): boolean {
  return name === "HEAD" && /^refs\/heads\/[\w./-]+$/.test(target) && !target.includes("..");
}
