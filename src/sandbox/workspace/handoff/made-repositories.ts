import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Paths } from "../../../config/paths.ts";
import { writeFileAtomic } from "../../../files/atomic-write.ts";
import { toNameBytes, toWrittenName } from "../../../files/name-text.ts";
import { readActiveSessions } from "../../session-state.ts";
import { toNames } from "../host-path.ts";
import type { RepositoryFacts } from "../repository/repository-facts.ts";
import type { Scan } from "../scan/scan.ts";
import { examineUnit } from "../unit/examine-unit.ts";
import { readRecord } from "../workspace-record.ts";
import { wasThere, type Baseline } from "./baseline.ts";
import type { HandoffOptions } from "./handoff.ts";

// A remote that a sandbox wrote is the sandbox's choice, and not the user's: what it names isn't read with the user's
// credential. Which repositories that is about is kept beside the sessions, one file for each path, for good.

/** Paths of repositories whose remotes nobody but the sandbox chose; before any of them is held. */
export async function findMade(
  baseline: Baseline,
  scan: Scan,
  { root, workspace }: HandoffOptions,
): Promise<readonly string[]> {
  // What wasn't looked at could hold one anywhere
  const made: string[] = scan.complete ? [] : [workspace];
  for (const unit of scan.repositories) {
    // Remotes are read of git only
    if (unit.shape === "other") continue;
    const known = baseline.repositories.get(unit.names.join("/"));
    const { remotes, newest } = await examineUnit(root, unit, workspace);
    const isOld = known === undefined && wasThere(baseline, unit, newest);
    if (!isOld && known?.remotes !== remotes) made.push(join(workspace, ...unit.names));
  }
  return made;
}

/**
 * Remembers that what lies at these paths came into being in a sandbox, or got its remotes there.
 * @param made absolute paths of repositories, or of folders in which not all was looked at
 */
export async function rememberMade(paths: Paths, made: readonly string[]): Promise<void> {
  if (made.length === 0) return;
  await mkdir(toFolder(paths), { recursive: true, mode: 0o700 });
  for (const path of made) await writeFileAtomic(toFile(paths, path), `${toWrittenName(path)}\n`);
}

/** Whether a repository is one of a sandbox: remembered, or of a session that runs or died and wasn't looked at yet. */
export async function isMadeInSandbox(paths: Paths, facts: RepositoryFacts): Promise<boolean> {
  // Where the remotes are written: a work tree that a sandbox added to the user's repository has the user's remotes
  const place = facts.commonDirectory;
  for (let path = place; ; path = dirname(path)) {
    if (await isRemembered(paths, path)) return true;
    if (dirname(path) === path) break;
  }
  for (const { id } of await readActiveSessions(paths)) {
    const record = await readRecord(paths, id);
    if (record === undefined) continue;
    const { workspace, baseline } = record;
    const key = toNames(workspace, place)?.join("/");
    if (key !== undefined && !baseline.repositories.has(key)) return true;
  }
  return false;
}

async function isRemembered(paths: Paths, path: string): Promise<boolean> {
  try {
    await stat(toFile(paths, path));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

function toFolder(paths: Paths): string {
  return join(paths.state, "made-in-sandbox");
}

function toFile(paths: Paths, path: string): string {
  return join(toFolder(paths), createHash("sha256").update(toNameBytes(path)).digest("hex"));
}
