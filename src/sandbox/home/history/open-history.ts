import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { AgentProfile } from "../../../agents/agent-profile.ts";
import type { Paths } from "../../../base/paths.ts";
import type { BindMount } from "../../../engine/engine.ts";
import { writeFileAtomic } from "../../../base/fs/atomic-write.ts";
import { Folder } from "../../../base/fs/beneath.ts";
import { acquireLock } from "../../../base/fs/lock.ts";
import { contains } from "../../../base/fs/path-steps.ts";
import type { MountSource } from "../../../workspace/roots/open-roots.ts";
import { rememberFolders } from "../../../base/remember-folders.ts";
import { sandboxHome } from "../../sandbox-places.ts";
import { sweepSteps, SweepSteps } from "./history-limits.ts";
import {
  asidePrefix,
  historyFactsName,
  readHistoryPath,
  toHistoryFolder,
  toHistoryLock,
} from "./history-place.ts";
import { sweepTranscripts, type SweptTranscripts } from "./sweep-transcripts.ts";

/** Another start in this project sweeps for a second at most. */
const lockTimeoutMs = 5000;

/** Whose conversations are kept, and for which sandbox. */
export interface HistoryRequest {
  readonly paths: Paths;
  /** From `toHistoryName` */
  readonly name: string;
  readonly workspace: string;
  readonly agent: AgentProfile;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Names that are looked at before what is there is set aside; default `sweepSteps` */
  readonly maxSteps?: number;
}

/** The conversations of one agent in one project, in the sandbox of a session. */
export interface History {
  readonly bind: BindMount;
  readonly source: MountSource;
  readonly agent: string;
  readonly swept: SweptTranscripts;
  /** Why what was there before isn't there now; undefined when it is */
  readonly setAside: string | undefined;
}

/**
 * The place in the sandbox of an agent's conversations; undefined when they aren't known or the user mounted something
 * else there.
 * @param targets of other mounts
 */
export function toHistoryTarget(
  { transcripts }: AgentProfile,
  targets: readonly string[],
): string | undefined {
  if (transcripts === undefined) return undefined;
  const place = posix.join(sandboxHome, transcripts.folder);
  const isTaken = targets.some((target) => contains(target, place) || contains(place, target));
  return isTaken ? undefined : place;
}

/**
 * Makes the folder of a project's conversations, and removes all that is no transcript of it before it's mounted.
 * @throws Error of the system; VaultboxError VBX_FILE_LOCKED, VBX_FILE_UNSAFE
 */
export async function openHistory(request: HistoryRequest, target: string): Promise<History> {
  const { paths, name, agent } = request;
  await mkdir(join(toHistoryFolder(paths), name), { recursive: true, mode: 0o700 });
  const path = await readHistoryPath(paths, name);
  await rememberFolders(paths, [dirname(path)]);
  await using _lock = await acquireLock(toHistoryLock(paths, name), { timeoutMs: lockTimeoutMs });
  using project = Folder.openReal(path);
  await describeProject(project, request, path);
  const setAside = sweepOrSetAside(project, request);
  using root = openTranscripts(project, request);
  const swept = setAside instanceof Error ? { files: 0, bytes: 0, removed: 0 } : setAside;
  return {
    agent: agent.name,
    bind: { source: join(path, agent.name), target, readOnly: false },
    source: { target, origin: root.origin() },
    swept,
    setAside: setAside instanceof Error ? setAside.message : undefined,
  };
}

/** For whoever lists what is kept: the folder's own name tells nobody which project it is. */
async function describeProject(
  project: Folder,
  { workspace }: HistoryRequest,
  path: string,
): Promise<void> {
  if (project.facts(historyFactsName) !== undefined) return;
  await writeFileAtomic(join(path, historyFactsName), `${JSON.stringify({ workspace })}\n`);
}

function openTranscripts(project: Folder, { agent, owner }: HistoryRequest): Folder {
  project.createFolder(agent.name, { ...owner, mode: 0o700 });
  const root = project.openUp(agent.name);
  if (root === undefined) throw new Error("something else is in the place of the folder");
  root.withoutOwnRights(0o077);
  return root;
}

/** What can't be swept isn't mounted again: a sandbox may have made it so on purpose. */
function sweepOrSetAside(project: Folder, request: HistoryRequest): SweptTranscripts | Error {
  const { agent, owner, maxSteps = sweepSteps } = request;
  const forms = agent.transcripts?.forms ?? [];
  const steps = new SweepSteps(maxSteps);
  const now = BigInt(Date.now()) * 1_000_000n;
  try {
    using root = openTranscripts(project, request);
    return sweepTranscripts(root, { forms, uid: owner.uid, now, steps });
  } catch (error) {
    const name = `${asidePrefix}${agent.name}-${randomBytes(8).toString("hex")}`;
    project.rename(agent.name, name);
    return error instanceof Error ? error : new Error(String(error));
  }
}
