import { fieldsOf, isFields, listOf, oneOf, optional, shapeOf, text } from "../../base/shape.ts";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe } from "../unsafe-workspace.ts";
import { type ScanEnd, toReason } from "../scan-budget.ts";
import type { HiddenKey } from "../hide/hidden-once.ts";
import { type KnownViews, readGitDirViews } from "../git-dir/views/read-views.ts";
import { isOfPackages, toOpeningHint, toTold, type MountedRoot } from "../roots/mounted-root.ts";
import { isNearPackages } from "../scan/installed-packages.ts";
import type { HostExecutable } from "../scan/host-executable.ts";
import type { Scan } from "../scan/scan.ts";
import { inspectGitDir, type InspectedPlace } from "../git-dir/inspect/inspect-git-dir.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";

/** What a repository was at the start. */
export interface KnownGitDir {
  readonly fingerprint: string;
  readonly shape: GitDir["shape"];
  /** Ids of what makes git run something there: the user's own */
  readonly dangers: readonly string[];
  /** Ids of what leads to other folders, in the root or not; missing in what an earlier version wrote */
  readonly leads?: readonly string[];
  /** Of the remotes it names */
  readonly remotes: string;
  /** Of what makes git show something else there; missing in what an earlier version wrote */
  readonly views?: KnownViews;
}

export const knownGitDir = fieldsOf<KnownGitDir>({
  fingerprint: text,
  shape: oneOf("folder", "bare", "file", "link", "module", "worktree", "other"),
  dangers: listOf(text),
  leads: optional(listOf(text)),
  remotes: text,
  views: optional(shapeOf("write ids with states", isFields)),
});

/** What is remembered of the start; kept on disk for the case that this process dies. */
export interface Baseline {
  /** What changed before this, by its file system's clock, isn't the sandbox's, nor an earlier one's, `ns` since 1970 */
  readonly since: bigint;
  /** When the session itself began, less what a local clock is behind, `ns`; missing in what an earlier version wrote */
  readonly begun?: bigint;
  readonly executables: ReadonlyMap<string, HostExecutable>;
  /** Paths of what the sandbox saw empty */
  readonly hidden: readonly string[];
  /** What others than the owner may write to, by path; missing in what an earlier version wrote */
  readonly shared?: ReadonlyMap<string, number>;
  /** What was there, of those that the start could look at; missing in what an earlier version wrote */
  readonly hiddenAs?: readonly HiddenKey[];
  /** Folders that were too deep to be looked into, and that the sandbox saw empty; undefined: none */
  readonly deepAs?: readonly HiddenKey[];
  /** Paths of sockets, pipes and devices */
  readonly special: readonly string[];
  /** By path */
  readonly repositories: ReadonlyMap<string, KnownGitDir>;
  /** Paths of repositories that an earlier run called dangerous, and that nobody took over; undefined: none */
  readonly dangerous?: readonly string[];
}

/** Where repositories are, and whether the sandbox is kept from changing what git runs there. */
export interface KnownPlace extends InspectedPlace {
  readonly protect: "default" | "none";
}

/**
 * Reads what a scan's repositories make git do, before the run.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when one can't be looked at that the sandbox could open, or there is too much
 */
export async function readKnownGitDirs(
  scan: Scan,
  place: KnownPlace,
): Promise<ReadonlyMap<string, KnownGitDir>> {
  const all = new Map<string, KnownGitDir>();
  for (const gitDir of scan.repositories) {
    await place.budget.turn();
    const found = await inspectGitDir(gitDir, place);
    const { fingerprint, dangers, leads, remotes, unseen: end } = found;
    if (end !== undefined) throw tooMuch(place.root, gitDir, end);
    const unseen = dangers.find((danger) => danger.unseen !== undefined);
    if (unseen !== undefined && place.protect === "default") {
      // At the end nobody could say what is the user's own
      const path = quoted(toTold(place.root, gitDir.names.join("/")));
      const hint = toOpeningHint(place.root, gitDir.names);
      throw unsafe(`cannot protect ${path}: it ${unseen.text}`, hint);
    }
    const { known: views } = await readGitDirViews(place.root.folder, gitDir, place);
    const over = place.budget.ended();
    if (over !== undefined) throw tooMuch(place.root, gitDir, over);
    const own = dangers.map(({ id }) => id);
    const known = { fingerprint, dangers: own, leads, remotes, shape: gitDir.shape, views };
    all.set(gitDir.names.join("/"), known);
  }
  return all;
}

/**
 * What a git dir was before, known from another root, where less, or more, of what it leads to is inside.
 * @param own what a look from this root says of it now
 */
export function toKnownHere(own: KnownGitDir, its: KnownGitDir): KnownGitDir {
  const leads = own.dangers.filter((id) => its.leads?.includes(id));
  return { ...its, shape: own.shape, dangers: [...its.dangers, ...leads] };
}

/** At the end it would be taken for a new one. */
function tooMuch(root: MountedRoot, { names }: GitDir, unseen: ScanEnd): VaultboxError {
  return unsafe(
    `cannot look through the repository ${quoted(toTold(root, names.join("/")))}: ${toReason(unseen)}`,
    "run in one of the repositories instead of the folder around them: --workspace DIR",
  );
}

/**
 * Of a repository that the start didn't see: whether its times say that it was there. Only among installed packages and
 * in hidden folders, where the start doesn't look: elsewhere a folder around it was moved.
 */
export function wasThere(
  { since, hidden, dangerous = [] }: Baseline,
  { names, shape }: GitDir,
  { newest, root }: { readonly newest: bigint; readonly root: MountedRoot },
): boolean {
  const path = names.join("/");
  if (dangerous.includes(path)) return false;
  const isUnseen =
    isNearPackages(names) || isOfPackages(root) || hidden.some((one) => path.startsWith(`${one}/`));
  return isUnseen && newest < since && shape !== "link";
}
