import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { isGitName } from "../git-dir/repository-signs.ts";
import { leadsToPackages } from "./installed-packages.ts";
import { addExecutable, type ScanDraft } from "./scan-draft.ts";
import { walk } from "./walk.ts";

/**
 * Takes what programs find through links to folders of the workspace, by the path through the link: the files of
 * `docs/a` are `.claude/…` once `.claude` leads there. Links that lead on from there are followed too, each once: one
 * that leads around itself has no end.
 */
export async function addExecutableAliases(root: Folder, draft: ScanDraft): Promise<void> {
  const { budget, table, aliases } = draft;
  // More are added while they are looked through
  for (const { names: shown, end, links } of aliases) {
    using folder = orNothing(() => root.openPath(end));
    if (folder === undefined) continue;
    await walk(folder, {
      visit: (place) => {
        const inner = [...shown, ...place.names];
        const around = table.toFolder(inner);
        for (const entry of place.entries) {
          if (entry.kind === "folder" || entry.kind === "other") continue;
          const found = { folder: place.folder, entry, names: [...inner, entry.name] };
          const path = [...end, ...place.names, entry.name].join("/");
          addExecutable(draft, found, { around, through: { links, path } });
        }
        return Promise.resolve();
      },
      // The walk through the workspace finds what can't be looked into
      enters: (place, name) =>
        !isGitName(name) &&
        !leadsToPackages([...shown, ...place.names], name) &&
        !leadsToPackages([...end, ...place.names], name),
      budget,
    });
  }
}
