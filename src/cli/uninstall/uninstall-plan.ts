import { basename } from "node:path";
import { projectFileName } from "../../config/project-file.ts";
import type { Installation } from "./installation.ts";
import { toRemovable } from "./on-engine.ts";
import { toOtherPaths, toOwnPaths } from "./own-folders.ts";

/** What the user asked for. */
export interface UninstallChoice {
  readonly isWithVaults: boolean;
  readonly isForced: boolean;
}

/** What goes, and what stays; `--json` has it so. */
export interface UninstallPlan {
  readonly removed: {
    /** Ids of those that run and are ended, and of those whose process died */
    readonly sessions: readonly string[];
    /** Tags */
    readonly images: readonly string[];
    /** Of the images, `bytes` */
    readonly imageBytes: number;
    /** Volumes */
    readonly homes: readonly string[];
    readonly vaults: readonly string[];
    readonly auditLogs: number;
    /** Of the logs, `bytes` */
    readonly auditBytes: number;
    /** Projects of which conversations are kept */
    readonly histories: number;
    /** Files that are trusted */
    readonly trusted: readonly string[];
    readonly paths: readonly string[];
  };
  readonly kept: {
    readonly vaults: readonly string[];
    /** Volumes of homes that no session of this user had */
    readonly homes: readonly string[];
    /** Those of others, for which the images stay */
    readonly sessions: readonly string[];
    /** `FILE:LINE` of the user's own files that start the completion */
    readonly completionLines: readonly string[];
    /** What lies in vaultbox's folders and isn't vaultbox's */
    readonly paths: readonly string[];
    readonly projectFiles: readonly string[];
    /** What runs left that is dangerous */
    readonly dangers: readonly string[];
    /** Whatever is on an engine: none was asked */
    readonly engine: boolean;
  };
}

export function toPlan(found: Installation, choice: UninstallChoice): UninstallPlan {
  const { engine, vaults, logs, trusted, folders, shell } = found;
  const images = engine === undefined ? [] : toRemovable(engine, choice.isForced);
  return {
    removed: {
      sessions: [...found.running, ...found.dead, ...(engine?.orphans ?? [])],
      images: images.map(({ tag }) => tag),
      imageBytes: images.length === 0 ? 0 : (engine?.built.bytes ?? 0),
      homes: engine?.homes ?? [],
      vaults: choice.isWithVaults ? vaults : [],
      auditLogs: logs.count,
      auditBytes: logs.bytes,
      histories: found.histories,
      trusted,
      paths: [...toOwnPaths(folders), ...shell.scripts, ...found.temporary],
    },
    kept: {
      vaults: choice.isWithVaults ? [] : vaults,
      homes: engine?.otherHomes ?? [],
      sessions: choice.isForced ? [] : (engine?.otherSessions ?? []),
      completionLines: shell.lines,
      paths: toOtherPaths(folders),
      projectFiles: trusted.filter((path) => basename(path) === projectFileName),
      dangers: found.dangers,
      engine: engine === undefined,
    },
  };
}
