import type { Folder, Names } from "../../base/fs/beneath.ts";
import type { HideRules } from "../hide/hide-rules.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import type { ExecutableTable } from "./executable-table.ts";
import { createCompiledFiles, type CompiledFiles, type MadeSince } from "./compiled-executable.ts";
import type { FollowedAlias, HostExecutable } from "./host-executable.ts";
import type { FoundSpecialFiles } from "./find-special-files.ts";
import type { PlainFolders } from "./plain-folders.ts";

export interface ScanOptions {
  /** Undefined: nothing is hidden */
  readonly hide: HideRules | undefined;
  /** Whether repositories are looked for among installed packages too; nothing else is, there */
  readonly deep: boolean;
  /**
   * The owner is given the rights to folders that changed after this, `ns`, and that their modes keep closed; older ones
   * are the owner's own choice. Undefined: no mode is changed
   */
  readonly opens?: bigint;
  /** A folder that is too deep, and that nobody could go into since before this, `ns`, stays as it is */
  readonly disabledBefore?: bigint;
  /** Keys of folders that were too deep at the start, by path: the sandbox saw them empty */
  readonly masked?: ReadonlyMap<string, string>;
  /** Programs that run as their owner are looked for among what changed after this, `ns`; undefined: they are not */
  readonly since?: bigint;
  /** Which compiled files are looked at; undefined: all, at the start */
  readonly made?: MadeSince;
  /** Whether all of it is installed packages */
  readonly isPackages?: boolean;
  /** What is remembered of packages; a deep scan makes it anew, when it's wanted. Undefined: nothing */
  readonly plain?: PlainFolders | undefined;
  /** Whether only what is hidden counts: the sandbox can't change anything there */
  readonly isReadOnly?: boolean;
  /** Paths of folders that are no part of it */
  readonly apart?: ReadonlySet<string>;
  readonly budget: ScanBudget;
}

/** What a scan finds; each path as names from the root. */
export interface ScanFindings {
  readonly repositories: readonly GitDir[];
  /** By path from the workspace */
  readonly executables: ReadonlyMap<string, HostExecutable>;
  /** Special files: sockets, pipes and devices, wherever they are */
  readonly special: readonly Names[];
  /** Folders of the workspace's owner that can't be looked into */
  readonly closed: readonly Names[];
  /** Other folders that can't be listed */
  readonly unlisted: readonly Names[];
  /** Folders that weren't looked into, because they are in too many others */
  readonly deep: readonly Names[];
  /** Folders whose owner was given the rights to look into them */
  readonly opened: readonly Names[];
  /** Programs that run as their owner or group, changed after `since` */
  readonly ownerRights: readonly Names[];
  /** What others than the owner may write to, by path, and those bits of its mode: folders, and all in repositories */
  readonly shared: ReadonlyMap<string, number>;
  /** Paths of what host executables that are links end at */
  readonly linked: ReadonlySet<string>;
  /** What is hidden from the sandbox */
  readonly secrets: readonly Names[];
  /** Links that are hidden, or lead to where files are that may be hidden by their path */
  readonly secretLinks: readonly Names[];
  readonly notes: readonly string[];
}

/** The same, while it's being put together. */
type Growing<T> = {
  readonly [K in keyof T]: T[K] extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Value>
    : T[K] extends ReadonlySet<infer Item>
      ? Set<Item>
      : T[K] extends readonly (infer Item)[]
        ? Item[]
        : never;
};

/** What a scan is at work with. */
export interface ScanDraft {
  readonly workspace: string;
  readonly root: Folder;
  readonly options: ScanOptions;
  readonly budget: ScanBudget;
  readonly table: ExecutableTable;
  readonly found: Growing<ScanFindings>;
  /** What was found where nothing but special files counts */
  readonly aside: FoundSpecialFiles;
  /** Paths of the repositories */
  readonly gitDirKeys: Set<string>;
  readonly compiled: CompiledFiles;
  readonly aliases: FollowedAlias[];
  /** Packages that the walk stays out of: nothing but special files counts there */
  readonly packages: Names[];
  /** The same of repositories' own folders */
  readonly gitFolders: Names[];
  /** Paths of folders among the secrets, which the walk stays out of */
  readonly hiddenFolders: Set<string>;
}

export function createScanDraft(
  place: Pick<ScanDraft, "workspace" | "root">,
  options: ScanOptions,
  table: ExecutableTable,
): ScanDraft {
  return {
    ...place,
    options,
    budget: options.budget,
    table,
    found: {
      repositories: [],
      executables: new Map(),
      special: [],
      closed: [],
      unlisted: [],
      deep: [],
      opened: [],
      ownerRights: [],
      shared: new Map(),
      linked: new Set(),
      secrets: [],
      secretLinks: [],
      notes: [],
    },
    aside: { special: [], unlisted: [], deep: [] },
    gitDirKeys: new Set(),
    compiled: createCompiledFiles(options.made, options.budget),
    aliases: [],
    packages: [],
    gitFolders: [],
    hiddenFolders: new Set(),
  };
}
