import { basename } from "node:path";
import { projectFileName } from "../../config/project-file.ts";
import type { Installation } from "./installation.ts";
import { toRemovable, type UsedOnEngine } from "./on-engine.ts";
import { toOtherPaths, toOwnPaths } from "./own-folders.ts";
import { formatSize, plural } from "../../base/units.ts";

/** What the user asked for. */
interface UninstallChoice {
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

/** What goes, a line each; empty when there is nothing. */
export function toGoingLines({ removed }: UninstallPlan): readonly string[] {
  const { images, auditLogs, histories, trusted } = removed;
  const logs = `audit logs of ${plural(auditLogs, "session")} (${formatSize(removed.auditBytes)})`;
  return [
    ...removed.sessions.map((id) => `session ${id}`),
    ...removed.vaults.map((name) => `vault ${name}, with its key`),
    ...images.map((tag) => `image ${tag}`),
    ...removed.homes.map((name) => `volume ${name}, a kept home`),
    ...(auditLogs === 0 ? [] : [logs]),
    ...(histories === 0 ? [] : [`conversations of agents, of ${plural(histories, "project")}`]),
    ...(trusted.length === 0 ? [] : [`trust in ${plural(trusted.length, "file")}`]),
    ...removed.paths,
  ];
}

/** What stays and what to do about it, a line each. */
export function toStayingLines({ kept }: UninstallPlan): readonly string[] {
  const { sessions } = kept;
  return [
    ...kept.vaults.map((name) => `vault ${name}; to delete it too: vaultbox uninstall --vaults`),
    ...(kept.engine ? ["what is on an engine: none was asked"] : []),
    ...(sessions.length === 0
      ? []
      : [`images: sessions that aren't yours use them (${sessions.join(", ")})`]),
    ...kept.homes.map((name) => `volume ${name}, which no session of yours used as its home`),
    ...kept.completionLines.map((place) => `${place}, a line of yours that starts the completion`),
    ...kept.paths.map((path) => `${path}, which vaultbox didn't make`),
    ...kept.projectFiles,
    ...kept.dangers.map((path) => `${path}, DANGEROUS: nothing will know that a sandbox left it`),
    "the program; when all else is gone: npm uninstall -g vaultbox",
  ];
}

/** What else to say before the question. */
export function toAdviceLines({ removed }: UninstallPlan): readonly string[] {
  const { vaults, imageBytes } = removed;
  const [vault] = vaults;
  return [
    ...(imageBytes === 0 ? [] : [`the images take ${formatSize(imageBytes)}`]),
    ...(vault === undefined
      ? []
      : [`to have a vault elsewhere first: vaultbox vault export ${vault} FILE`]),
  ];
}

/** What couldn't go, when all else has. */
export function toUsedLines({ images, homes }: UsedOnEngine): readonly string[] {
  const used = [...images.map((tag) => `image ${tag}`), ...homes.map((name) => `volume ${name}`)];
  return used.map((what) => `a container uses the ${what}: it is kept`);
}
