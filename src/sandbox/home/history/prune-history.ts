import { fieldsOf, parseJson, text } from "../../../base/shape.ts";
import { readdir, rm } from "node:fs/promises";
import { agentProfiles } from "../../../agents/select-agent.ts";
import type { Paths } from "../../../base/paths.ts";
import { VaultboxError } from "../../../base/errors.ts";
import { Folder, orNothing } from "../../../base/fs/beneath.ts";
import { acquireLock } from "../../../base/fs/lock.ts";
import { quoted } from "../../../base/printable.ts";
import { readOtherRunning } from "../../../base/session-state.ts";
import { pruneSteps, SweepSteps } from "./history-limits.ts";
import {
  historyFactsName,
  isHistoryName,
  readHistoryPath,
  toHistoryFolder,
  toHistoryLock,
} from "./history-place.ts";
import { Rubbish } from "./rubbish.ts";
import { sweepTranscripts } from "./sweep-transcripts.ts";

/** The conversations of a project that are kept, or were. */
export interface ProjectHistory {
  /** Missing when that isn't known any more */
  readonly workspace?: string;
  readonly transcripts: number;
  /** `bytes` */
  readonly bytes: number;
}

export interface PrunedHistories {
  readonly removed: readonly ProjectHistory[];
  readonly kept: readonly ProjectHistory[];
}

/**
 * Removes conversations beyond their limits and what sandboxes left among them, and with `all` every one. Projects that a
 * session is at work in are passed over.
 * @throws VaultboxError VBX_FILE_LOCKED, VBX_FILE_UNUSABLE
 */
export async function pruneHistories(
  paths: Paths,
  { all }: { readonly all: boolean },
): Promise<PrunedHistories> {
  const names = await readdir(toHistoryFolder(paths)).catch(() => []);
  const removed: ProjectHistory[] = [];
  const kept: ProjectHistory[] = [];
  for (const name of names.filter(isHistoryName)) {
    // A session is recorded before it opens its history, which takes this lock too
    await using _lock = await acquireLock(toHistoryLock(paths, name));
    const path = await readHistoryPath(paths, name);
    const running = (await readOtherRunning(paths)).map(({ workspace }) => workspace);
    const history = clearProject(path, { all, running });
    if (history === undefined) continue;
    const isGone = all || history.transcripts === 0;
    if (isGone) await rm(path, { recursive: true });
    if (!isGone) kept.push(history);
    else if (history.transcripts > 0) removed.push(history);
  }
  return { removed, kept };
}

interface ClearOptions {
  readonly all: boolean;
  /** Workspaces that sessions are at work in */
  readonly running: readonly string[];
}

/** @returns undefined for one that is in use */
function clearProject(path: string, { all, running }: ClearOptions): ProjectHistory | undefined {
  const steps = new SweepSteps(pruneSteps);
  try {
    using project = Folder.openReal(path);
    const workspace = readWorkspace(project);
    const isInUse = workspace === undefined ? running.length > 0 : running.includes(workspace);
    if (isInUse) return undefined;
    const rubbish = new Rubbish(project, steps);
    const found = { transcripts: 0, bytes: 0 };
    for (const { name, kind } of project.entries()) {
      if (kind !== "folder") continue;
      const swept = sweepAgent(project, name, steps);
      found.transcripts += swept?.files ?? 0;
      found.bytes += swept?.bytes ?? 0;
      if (all || swept === undefined) rubbish.take(project, name);
    }
    rubbish.clear();
    return { ...found, ...(workspace === undefined ? {} : { workspace }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new VaultboxError("VBX_FILE_UNUSABLE", `cannot clear ${quoted(path)}: ${why}`, {
      hints: ["it holds conversations of agents and nothing else; remove it yourself"],
      cause: error,
    });
  }
}

/** Undefined for a folder that is no agent's: it was set aside. */
function sweepAgent(
  project: Folder,
  name: string,
  steps: SweepSteps,
): ReturnType<typeof sweepTranscripts> | undefined {
  const forms = agentProfiles.find((agent) => agent.name === name)?.transcripts?.forms;
  using root = forms === undefined ? undefined : project.openUp(name);
  if (root === undefined || forms === undefined) return undefined;
  const now = BigInt(Date.now()) * 1_000_000n;
  return sweepTranscripts(root, { forms, uid: root.ownFacts().uid, now, steps });
}

const historyFacts = fieldsOf<{ readonly workspace: string }>({ workspace: text });

/** Undefined when its process died before it was written. */
function readWorkspace(project: Folder): string | undefined {
  const json = orNothing(() => project.read(historyFactsName, 64 * 1024))?.toString("utf8") ?? "";
  return parseJson(json, historyFacts)?.workspace;
}
