import type { Folder } from "../../../files/beneath.ts";
import { isBareRepository } from "../repository/repository-signs.ts";
import { openPlain, type Look } from "./unit-look.ts";

/** Folders within a repository's folder */
const maxDepth = 200;

/**
 * Finds symbolic links in a repository's folder, other than a HEAD that is one. Git writes through them with the user's
 * rights: a log, a message or a lock that leads to a start file of the shell puts names of branches there.
 */
export function lookForLinks(look: Look, folder: Folder, names: readonly string[] = []): void {
  for (const { name, kind } of folder.entries()) {
    const own = [...names, name];
    if (kind === "link") {
      const target = folder.readLink(name) ?? "";
      if (names.length === 0 && isPlainHead(name, target)) continue;
      look.note(folder, name);
      const path = own.join("/");
      look.danger(`leads elsewhere with ${path} (a symbolic link)`, target, path);
    }
    // Hooks are looked at one by one
    if (kind !== "folder" || own.join("/") === "hooks") continue;
    if (names.length > maxDepth) {
      look.unseen("has folders in more others than are looked into", {
        code: "EMLINK",
        place: own[0] ?? "",
      });
      continue;
    }
    using inner = openPlain(look, folder, { name, place: own.join("/") });
    // Another unit, which is looked at as such
    if (inner === undefined || isBareRepository(inner.entries())) continue;
    lookForLinks(look, inner, own);
  }
}

/** As git itself writes it with `core.preferSymlinkRefs`. */
function isPlainHead(name: string, target: string): boolean {
  return name === "HEAD" && /^refs\/heads\/[\w./-]+$/.test(target) && !target.includes("..");
}
