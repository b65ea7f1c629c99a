import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import { isGitName } from "../git-dir/repository-signs.ts";
import { leadsToPackages } from "./installed-packages.ts";
import { addExecutable } from "./add-findings.ts";
import type { ScanDraft } from "./scan-draft.ts";
import { walk } from "./walk.ts";
import { readFolderOrNothing } from "../read-folder.ts";

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

/**
 * Takes what other programs go by in the repositories' own folders, through which no walk goes.
 * @param draft with the table of these
 */
export async function addExecutablesOfGitDirs(draft: ScanDraft): Promise<void> {
  const { root, found, budget } = draft;
  for (const { names, shape } of found.repositories) {
    if (shape !== "folder" && shape !== "bare" && shape !== "module") continue;
    if (!(await budget.turn())) return;
    using folder = orNothing(() => root.openPath(names));
    if (folder !== undefined) await addIn(draft, { folder, names, known: [".git"] });
  }
}

/** @param place.known names as the patterns know them, from `.git` on, whatever the repository's folder is called */
async function addIn(
  draft: ScanDraft,
  place: { readonly folder: Folder; readonly names: Names; readonly known: Names },
): Promise<void> {
  const { budget, table } = draft;
  const around = table.toFolder(place.known);
  for (const entry of await readFolderOrNothing(place.folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    const names = [...place.names, entry.name];
    if (entry.kind === "file")
      addExecutable(draft, { folder: place.folder, entry, names }, { around });
    // Links are looked at with the repository
    if (entry.kind !== "folder") continue;
    const kind = table.findKind(around, entry.name);
    const known = [...place.known, entry.name];
    if (around.kind === undefined && kind !== undefined) {
      draft.found.executables.set(names.join("/"), { kind, state: "folder" });
    } else if (kind !== undefined || table.findKindBelow(known) !== undefined) {
      using folder = orNothing(() => place.folder.open(entry.name));
      if (folder !== undefined) await addIn(draft, { folder, names, known });
    }
  }
}
