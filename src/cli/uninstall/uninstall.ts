import { type Paths, resolvePaths } from "../../base/paths.ts";
import { type LeftHandoff, type OnLeft, prune } from "../../session/leftovers.ts";
import { handoffLines } from "../../workspace/handoff/handoff-text.ts";
import { printJson, printLines, printNote } from "../output.ts";
import { confirm, toVaultContext } from "../vault-access.ts";
import { findInstallation, type Installation, type WhatToFind } from "./installation.ts";
import {
  toAdviceLines,
  toGoingLines,
  toPlan,
  toStayingLines,
  toUsedLines,
  type UninstallPlan,
} from "./uninstall-plan.ts";
import { connectEngine } from "../../engine/connect-engine.ts";
import type { Engine } from "../../engine/engine.ts";
import { isVaultboxError, VaultboxError } from "../../base/errors.ts";
import { pruneHistories } from "../../sandbox/home/history/prune-history.ts";
import { listSessions, stopSession } from "../../session/list-sessions.ts";
import { clearVaults } from "../../vault/remove-vault.ts";
import { removeFromEngine, type UsedOnEngine } from "./on-engine.ts";
import { findOwnFolders, removeOwnFolders, removePath } from "./own-folders.ts";

export interface UninstallFlags {
  readonly vaults?: boolean;
  readonly force?: boolean;
  /** False with `--no-engine` */
  readonly engine: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws VaultboxError VBX_SESSION_RUNNING, VBX_ENGINE_UNREACHABLE, VBX_CANCELLED and what the steps throw */
export async function uninstall(flags: UninstallFlags): Promise<void> {
  const choice = { isWithVaults: flags.vaults === true, isForced: flags.force === true };
  const paths = resolvePaths();
  if (flags.dryRun !== true && !choice.isForced) await refuseRunning(paths);
  const engine = flags.engine ? await connectToUninstall(process.env) : undefined;
  const what = { paths, vaults: toVaultContext(), engine, ...choice };
  const found = await findInstallation(what);
  const plan = toPlan(found, choice);
  if (flags.dryRun === true && flags.json === true) return printJson({ dryRun: true, ...plan });
  if (flags.json !== true) printPlan(plan);
  if (flags.dryRun === true) return;
  await confirm("remove all that goes?", flags);
  const handoffs: LeftHandoff[] = [];
  const onLeft = (left: LeftHandoff): void => {
    handoffs.push(left);
    if (flags.json === true) return;
    for (const line of handoffLines(left.handoff, `session ${left.session}`)) printNote(line);
  };
  const removal = await removeInstallation(found, { ...what, onLeft });
  if (flags.json === true) {
    return printJson({ dryRun: false, ...plan, used: removal.used, handoffs });
  }
  printRemoval(removal);
}

function printPlan(plan: UninstallPlan): void {
  const going = toGoingLines(plan);
  printLines(
    going.length === 0 ? ["nothing of vaultbox is left to go"] : ["goes:", ...indent(going)],
  );
  printLines(["", "stays:", ...indent(toStayingLines(plan)), ""]);
  for (const line of toAdviceLines(plan)) printNote(line);
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function printRemoval({ used, keychainItems }: Removal): void {
  for (const line of toUsedLines(used)) printNote(line);
  if (keychainItems > 0) printNote(`${keychainItems} of the keychain's items are gone too`);
  printNote("removed what goes");
}

/** The engine that is there; that it isn't needed is the user's to say. @throws VaultboxError VBX_ENGINE_UNREACHABLE */
async function connectToUninstall(env: NodeJS.ProcessEnv): Promise<Engine> {
  try {
    return await connectEngine(env);
  } catch (cause) {
    if (!isVaultboxError(cause, "VBX_ENGINE_UNREACHABLE")) throw cause;
    const hints = [
      ...cause.hints.slice(0, 1),
      "without what is on it: vaultbox uninstall --no-engine",
    ];
    throw new VaultboxError(cause.code, cause.message, { hints, cause });
  }
}

/** As `vaultbox stop` waits. */
const stopTimeoutMs = 90_000;

interface WhatToRemove extends WhatToFind {
  /** Whether sessions that run are ended */
  readonly isForced: boolean;
  /** What sandboxes of dead sessions had left in their workspaces */
  readonly onLeft: OnLeft;
}

/** What is known only after it was tried. */
interface Removal {
  readonly used: UsedOnEngine;
  /** Items of the keychain */
  readonly keychainItems: number;
}

/**
 * Removes what was found, in an order in which each step that fails can be done again: what runs, vaults, the engine, files.
 * @throws VaultboxError VBX_SESSION_RUNNING and all that the steps may throw
 */
async function removeInstallation(
  found: Installation,
  { paths, vaults, engine, isWithVaults, isForced, onLeft }: WhatToRemove,
): Promise<Removal> {
  if (isForced) for (const id of found.running) await stopSession(paths, id, stopTimeoutMs);
  await refuseRunning(paths);
  if (engine === undefined && !isForced) refuseDead(found.dead);
  const keychainItems = isWithVaults ? await clearVaults(vaults, found.vaults) : 0;
  if (engine !== undefined) await prune(paths, engine, onLeft);
  const used =
    engine === undefined || found.engine === undefined
      ? { images: [], homes: [] }
      : await removeFromEngine(engine, found.engine, isForced);
  // Sandboxes wrote in there: names that no path of Node's can say must be removed in its own way
  await pruneHistories(paths, { all: true });
  const folders = await findOwnFolders(paths, isWithVaults || found.vaults.length === 0);
  await removeOwnFolders(paths, folders);
  for (const path of [...found.shell.scripts, ...found.temporary]) await removePath(path);
  return { used, keychainItems };
}

/** Also between the question and its answer one may have been started. @throws VaultboxError VBX_SESSION_RUNNING */
async function refuseRunning(paths: Paths): Promise<void> {
  const running = (await listSessions(paths)).filter(({ status }) => status === "running");
  if (running.length === 0) return;
  const ids = running.map(({ id }) => id).join(" ");
  const what = running.length === 1 ? "a session runs" : `${running.length} sessions run`;
  throw new VaultboxError("VBX_SESSION_RUNNING", `cannot uninstall: ${what}: ${ids}`, {
    hints: [
      `to end what runs: vaultbox stop ${ids}`,
      "or have it done: vaultbox uninstall --force",
    ],
  });
}

/** Nothing would know of what they left any more. */
function refuseDead(dead: readonly string[]): void {
  if (dead.length === 0) return;
  const text = `cannot uninstall without the engine: sessions died, and left something there: ${dead.join(" ")}`;
  throw new VaultboxError("VBX_SESSION_RUNNING", text, {
    hints: [
      "with the engine: vaultbox uninstall",
      "to leave it there: vaultbox uninstall --no-engine --force",
    ],
  });
}
