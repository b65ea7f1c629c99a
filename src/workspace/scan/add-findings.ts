import { isSystemError, orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import { findNamedSecrets } from "../hide/named-secrets.ts";
import {
  toNewSecrets,
  hasOtherName,
  isHidden,
  mayHideThrough,
  toHiddenNames,
} from "../hide/hide-rules.ts";
import { isGitFile } from "../git-dir/repository-signs.ts";
import { findGitDirs, type GitDir, type GitDirPlace } from "../git-dir/inspect/find-git-dirs.ts";
import type { ExecutableFolder } from "./executable-table.ts";
import { toExecutable, type FolderAlias } from "./host-executable.ts";
import { findModes, sharedBits } from "./owner-rights.ts";
import type { ScanDraft } from "./scan-draft.ts";
import type { FoundEntry } from "./walk.ts";

// What a scan finds is taken into its draft, and counted: a sandbox chooses how much of it there is.

/** What is kept, for what else could be read in its place; the record has six characters for some, and 512 MiB of them */
const keptWeight = 32;
/** More than this isn't a list that anybody reads; what isn't on it isn't compared. */
const maxExecutables = 20_000;
/** Links to folders that are looked through once more, by the names that they have through the link */
const maxAliases = 200;

/** Takes an entry that is called `.git`. */
export async function addRepository(
  draft: ScanDraft,
  { folder, entry, names }: FoundEntry,
): Promise<void> {
  if (entry.kind === "file" || entry.kind === "link") {
    addGitDir(draft, { names, shape: entry.kind });
    return;
  }
  if (entry.kind !== "folder") return;
  // One whose inside can't be looked into is examined all the same, and found to be dangerous
  addGitDir(draft, { names, shape: "folder" });
  using inner = orNothing(() => folder.open(entry.name));
  if (inner !== undefined) await addRepositoryFolder(draft, inner, names);
}

/** Takes a repository's folder that is open. */
export async function addRepositoryFolder(
  draft: ScanDraft,
  folder: Folder,
  names: Names,
): Promise<void> {
  const { budget } = draft;
  const { since, made } = draft.options;
  addShared(draft, names, folder.own().mode);
  if (since !== undefined) {
    await findModes(folder, names, {
      since,
      sharedSince: made?.counted ?? since,
      budget,
      apart: draft.options.apart,
      onOwnerRights: (program) => addFinding(draft, "ownerRights", program),
      onShared: (entry, mode) => addShared(draft, entry, mode),
    });
  }
  await addGitDirsOf(draft, { folder, names, shape: "folder" });
}

/** Takes a repository's folder, and the ones in it; where they can't be listed, nobody may go into it. */
export async function addGitDirsOf(draft: ScanDraft, place: GitDirPlace): Promise<void> {
  try {
    await findGitDirs(place, {
      budget: draft.budget,
      apart: draft.options.apart,
      onFound: (gitDir) => addGitDir(draft, gitDir),
      onFolder: (folder, names) => addShared(draft, names, folder.own().mode),
      onInner: (found) => {
        if (!isGitFile(found.entry.name)) addHidden(draft, found);
      },
    });
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof RangeError)) throw error;
    addFinding(draft, "closed", place.names);
  }
}

/** Each once: the walk also comes through the repositories in a bare one. */
export function addGitDir(draft: ScanDraft, gitDir: GitDir): void {
  const { budget } = draft;
  const key = gitDir.names.join("/");
  if (draft.gitDirKeys.has(key) || budget.ended() !== undefined) return;
  budget.spend("findings");
  budget.spend("bytes", keptWeight * key.length);
  draft.gitDirKeys.add(key);
  draft.found.repositories.push(gitDir);
}

/** Takes what others than its owner may write to. */
export function addShared({ found, budget }: ScanDraft, names: Names, mode: number): void {
  if ((mode & sharedBits) === 0) return;
  const path = names.join("/");
  budget.spend("bytes", keptWeight * path.length);
  found.shared.set(path, mode & sharedBits);
}

/** Adds what git's settings name as the place of a secret, and isn't hidden by its name. */
export async function addNamedSecrets(draft: ScanDraft): Promise<void> {
  const { root, workspace, found, budget, options } = draft;
  if (options.hide?.defaults !== true) return;
  const place = { root, path: workspace, rules: options.hide, budget };
  const named = await findNamedSecrets(found.repositories, place);
  for (const names of toNewSecrets(found.secrets, named, (one) => one)) found.secrets.push(names);
}

/** Takes one of what must be dealt with one by one. */
export function addFinding(
  { budget, found }: ScanDraft,
  kind: "special" | "closed" | "unlisted" | "deep" | "opened" | "ownerRights",
  names: Names,
): void {
  budget.spend("findings");
  budget.spend("bytes", keptWeight * names.join("/").length);
  found[kind].push(names);
}

export function addHidden(draft: ScanDraft, found: FoundEntry): void {
  const { hide } = draft.options;
  if (hide === undefined) return;
  const isSecret = isHidden(hide, found, draft.budget);
  if (found.entry.kind === "link" && (isSecret || mayHideThrough(hide, found.entry.name))) {
    draft.budget.spend("bytes", keptWeight * found.names.join("/").length);
    draft.found.secretLinks.push(found.names);
  }
  if (!isSecret) return;
  const names = toHiddenNames(found, draft.workspace);
  if (names !== undefined) draft.found.secrets.push(names);
  const path = found.names.join("/");
  if (found.entry.kind === "folder") draft.hiddenFolders.add(path);
  if (hasOtherName(found)) {
    draft.found.notes.push(`${path} is hidden, but has another name (a hard link)`);
  }
}

interface ExecutablePlace {
  readonly around: ExecutableFolder;
  /** Of this kind; undefined: of any */
  readonly only?: string;
  /** Of an entry that was found through links: these, and its own path without them */
  readonly through?: { readonly links: Set<string>; readonly path: string };
}

export function addExecutable(
  draft: ScanDraft,
  found: FoundEntry,
  { around, only, through }: ExecutablePlace,
): void {
  const { budget, aliases, options } = draft;
  const onAlias = (alias: FolderAlias): void => {
    const { links, path } = through ?? { links: new Set<string>(), path: found.names.join("/") };
    if (only !== undefined || links.has(path)) return;
    if (aliases.length < maxAliases) aliases.push({ ...alias, links: links.add(path) });
    // A start isn't refused because of it
    else if (options.deep) budget.leaveOut();
  };
  const executable = toExecutable(found, around, draft, onAlias);
  if (executable === undefined || (only !== undefined && executable.kind !== only)) return;
  if (draft.found.executables.size >= maxExecutables) return budget.leaveOut();
  const path = found.names.join("/");
  budget.spend("bytes", keptWeight * path.length);
  draft.found.executables.set(path, executable);
}
