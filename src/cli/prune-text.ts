import { quoted, toPrintable } from "../base/printable.ts";
import type { ProjectHistory } from "../sandbox/home/history/prune-history.ts";
import type { RemovedRecords } from "../session/remove-records.ts";
import type { RemovedLeftovers } from "../session/leftovers.ts";
import { formatSize, plural } from "../base/units.ts";

/** What `prune` removed. */
export interface Pruned extends RemovedLeftovers {
  /** Of upstream repositories, `bytes` */
  readonly gitCacheBytes: number;
  /** Workspaces that are gone, of which was known what is in their packages */
  readonly packagesOf: readonly string[];
  /** Conversations of projects of which none is left */
  readonly histories: readonly ProjectHistory[];
  /** Sessions of which nothing is recorded any more, where that was asked for */
  readonly records?: RemovedRecords;
  /** Tags, where images were asked for */
  readonly images?: readonly string[];
}

/** A line for each thing that was removed. */
export function prunedLines(removed: Pruned): readonly string[] {
  const { gitCacheBytes } = removed;
  const lines = [
    ...removed.sessions.map((id) => `session ${id}`),
    ...removed.containers.map((name) => `container ${name}`),
    ...removed.volumes.map((name) => `volume ${name}`),
    ...(removed.images ?? []).map((tag) => `image ${tag}`),
    ...toRecordLines(removed.records),
    ...removed.histories.map(
      ({ workspace = "a project", bytes }) =>
        `conversations of ${toPrintable(workspace)} (${formatSize(bytes)})`,
    ),
    ...(gitCacheBytes === 0
      ? []
      : [`what is known of upstream repositories (${formatSize(gitCacheBytes)})`]),
    ...removed.packagesOf.map(
      (path) => `what is known of the packages of ${quoted(path)}, which is gone`,
    ),
  ];
  return lines.length === 0 ? ["nothing to remove"] : lines.map((line) => `removed ${line}`);
}

function toRecordLines(records: RemovedRecords | undefined): readonly string[] {
  if (records === undefined || records.sessions.length === 0) return [];
  const { sessions, bytes } = records;
  const what = plural(sessions.length, "session");
  return [`the records of ${what} (${formatSize(bytes)} of audit logs)`];
}

/** What conversations are kept; undefined for none. */
export function keptNote(kept: readonly ProjectHistory[]): string | undefined {
  if (kept.length === 0) return undefined;
  const bytes = kept.reduce((sum, history) => sum + history.bytes, 0);
  const projects = plural(kept.length, "project");
  return `kept: conversations of ${projects} (${formatSize(bytes)}); to remove them: vaultbox prune --history`;
}
