import { orNothing, type Folder } from "../../../files/beneath.ts";
import { isGitName } from "../repository/repository-signs.ts";
import { addMark, type ScanDraft } from "./scan-draft.ts";
import { walk } from "./walk.ts";

/**
 * Marks what programs find through links to folders of the workspace, by the path through the link: the files of
 * `docs/a` are `.claude/…` once `.claude` leads there. A link that leads on from there is marked and not followed.
 */
export async function markAliases(root: Folder, draft: ScanDraft): Promise<void> {
  const { budget, table } = draft;
  // No more are added while they are looked through: a link in one that leads around it has no end
  for (const { names: alias, end } of draft.aliases.slice()) {
    using folder = orNothing(() => root.openPath(end));
    if (folder === undefined) continue;
    await walk(folder, {
      visit: (place) => {
        const inner = [...alias, ...place.names];
        const around = table.toFolder(inner);
        for (const entry of place.entries) {
          if (entry.kind !== "folder" && entry.kind !== "other") {
            const names = [...inner, entry.name];
            addMark(draft, { folder: place.folder, entry, names }, { around });
          }
        }
        return Promise.resolve();
      },
      // The walk through the workspace finds these by themselves
      onClosed: () => undefined,
      onDeep: () => undefined,
      enters: (_, name) => !isGitName(name),
      budget,
    });
  }
}
