import { agentProfiles } from "../agents/select-agent.ts";
import { toAgentPackage } from "../agents/agent-profile.ts";
import { given } from "../base/given.ts";
import { resolvePaths } from "../base/paths.ts";
import { quoted, toPrintable } from "../base/printable.ts";
import { formatSize, parseDuration, plural } from "../base/units.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { removeImages } from "../engine/image/remove-images.ts";
import { removeGitCaches } from "../git/push/cache/git-cache.ts";
import { type ProjectHistory, pruneHistories } from "../sandbox/home/history/prune-history.ts";
import { type LeftHandoff, prune, type RemovedLeftovers } from "../session/leftovers.ts";
import { type RemovedRecords, removeOldRecords } from "../session/remove-records.ts";
import { handoffLines } from "../workspace/handoff/handoff-text.ts";
import { removeGonePlainFolders } from "../workspace/scan/plain-folder-record.ts";
import { printJson, printLines, printNote } from "./output.ts";

export interface PruneFlags {
  readonly history?: boolean;
  readonly images?: boolean;
  readonly sessions?: string;
  readonly json?: boolean;
}

/** Of logs: ten years. */
const maxAgeMs = 3650 * 86_400_000;

/** Removes what sessions left, and what else was asked for. @throws VaultboxError VBX_USAGE before anything is removed */
export async function pruneLeftovers(flags: PruneFlags): Promise<void> {
  const paths = resolvePaths();
  const ageMs = flags.sessions === undefined ? undefined : parseDuration(flags.sessions, maxAgeMs);
  const engine = await connectEngine(process.env);
  const handoffs: LeftHandoff[] = [];
  const leftovers = await prune(paths, engine, (left) => {
    handoffs.push(left);
    if (flags.json === true) return;
    for (const line of handoffLines(left.handoff, `session ${left.session}`)) printNote(line);
  });
  const agents = agentProfiles.flatMap((profile) => toAgentPackage(profile) ?? []);
  const images = flags.images ? await removeImages(engine, agents, process.env) : undefined;
  const before = ageMs === undefined ? undefined : new Date(Date.now() - ageMs).toISOString();
  const records = before === undefined ? undefined : await removeOldRecords(paths, before);
  const histories = await pruneHistories(paths, { all: flags.history === true });
  const removed = {
    ...leftovers,
    handoffs,
    gitCacheBytes: await removeGitCaches(paths.git),
    packagesOf: await removeGonePlainFolders(paths),
    histories: histories.removed,
    ...given({ records, images: images?.removed }),
  };
  if (flags.json === true) return printJson({ removed, kept: { histories: histories.kept } });
  printLines(prunedLines(removed));
  for (const tag of images?.used ?? []) printNote(`a container uses the image ${tag}: it is kept`);
  const note = keptNote(histories.kept);
  if (note !== undefined) printNote(note);
}

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
