import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../../files/beneath.ts";
import type { Paths } from "../../config/paths.ts";
import { writeFileAtomic } from "../../files/atomic-write.ts";
import { sessionFolder } from "../session-state.ts";
import type { Baseline, KnownUnit } from "./handoff/baseline.ts";
import type { Handoff } from "./handoff/handoff.ts";
import type { HiddenPlace } from "./hide/moved-secrets.ts";
import type { ShownLog } from "./hide/shown-log.ts";
import type { MountPointsBeneath } from "./protect/mount-point.ts";
import type { Mark } from "./scan/mark.ts";

/** What a session must undo and look at when it ends, by whichever process; `workspace.json` in its folder. */
export interface WorkspaceRecord {
  readonly workspace: string;
  readonly protect: "default" | "none";
  readonly mountPoints: readonly MountPointsBeneath[];
  readonly logs: readonly ShownLog[];
  /** Missing in what an earlier version wrote */
  readonly hiddenIn?: readonly HiddenPlace[];
  readonly baseline: Baseline;
}

const name = "workspace.json";
const handoffName = "handoff.json";

export async function writeRecord(
  paths: Paths,
  session: string,
  record: WorkspaceRecord,
): Promise<void> {
  const { since, begun = since, marks, hidden, special, repositories } = record.baseline;
  const baseline = {
    since: String(since),
    begun: String(begun),
    marks: [...marks],
    hidden,
    special,
    repositories: [...repositories],
  };
  const path = join(sessionFolder(paths, session), name);
  await writeFileAtomic(path, JSON.stringify({ ...record, baseline }));
}

/** @returns undefined when there was no sandbox yet, and nothing to undo */
export async function readRecord(
  paths: Paths,
  session: string,
): Promise<WorkspaceRecord | "unreadable" | undefined> {
  try {
    const text = await readFile(join(sessionFolder(paths, session), name), "utf8");
    return parseRecord(JSON.parse(text));
  } catch (error) {
    // Nobody can say what was there before its sandbox
    return isSystemError(error) && error.code === "ENOENT" ? undefined : "unreadable";
  }
}

interface StoredRecord extends Omit<WorkspaceRecord, "baseline" | "logs"> {
  /** Missing in what an earlier version wrote */
  readonly logs?: readonly ShownLog[];
  readonly baseline: {
    readonly since: string;
    readonly begun?: string;
    readonly marks: readonly [string, Mark][];
    readonly hidden: readonly string[];
    readonly special?: readonly string[];
    readonly repositories: readonly [string, KnownUnit][];
  };
}

function parseRecord(value: unknown): WorkspaceRecord | "unreadable" {
  // Written by this program to a folder that is the user's alone
  const {
    workspace,
    protect,
    mountPoints,
    logs = [],
    hiddenIn = [],
    baseline,
  } = value as StoredRecord;
  if (typeof workspace !== "string" || !Array.isArray(mountPoints)) return "unreadable";
  return {
    workspace,
    protect,
    mountPoints,
    logs,
    hiddenIn,
    baseline: {
      since: BigInt(baseline.since),
      begun: BigInt(baseline.begun ?? baseline.since),
      marks: new Map(baseline.marks),
      hidden: baseline.hidden,
      // A session of an earlier version has none
      special: baseline.special ?? [],
      repositories: new Map(baseline.repositories),
    },
  };
}

/** Keeps what was found at the end beside the audit log. */
export async function writeHandoff(paths: Paths, session: string, handoff: Handoff): Promise<void> {
  const path = join(sessionFolder(paths, session), handoffName);
  await writeFileAtomic(path, `${JSON.stringify(handoff, undefined, 2)}\n`);
}
