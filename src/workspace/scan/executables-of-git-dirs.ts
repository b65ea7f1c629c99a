import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { addExecutable, type ScanDraft } from "./scan-draft.ts";

/** A folder of a repository, with the path that the patterns know it by. */
interface GitPlace {
  readonly folder: Folder;
  /** Names from the workspace */
  readonly names: readonly string[];
  /** The same from `.git` on, whatever the repository's folder is called */
  readonly known: readonly string[];
}

/**
 * Takes what other programs go by in the repositories' own folders, through which no walk goes.
 * @param draft with the table of these
 */
export async function addExecutablesOfGitDirs(draft: ScanDraft): Promise<void> {
  const { root, repositories, budget } = draft;
  for (const { names, shape } of repositories) {
    if (shape !== "folder" && shape !== "bare" && shape !== "module") continue;
    if (!(await budget.turn())) return;
    using folder = orNothing(() => root.openPath(names));
    if (folder !== undefined) await addIn(draft, { folder, names, known: [".git"] });
  }
}

async function addIn(draft: ScanDraft, place: GitPlace): Promise<void> {
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
      draft.executables.set(names.join("/"), { kind, state: "folder" });
    } else if (kind !== undefined || table.findKindBelow(known) !== undefined) {
      using folder = orNothing(() => place.folder.open(entry.name));
      if (folder !== undefined) await addIn(draft, { folder, names, known });
    }
  }
}
