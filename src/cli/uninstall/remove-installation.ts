import type { Paths } from "../../base/paths.ts";
import type { Engine } from "../../engine/engine.ts";
import { VaultboxError } from "../../base/errors.ts";
import { pruneHistories } from "../../sandbox/home/history/prune-history.ts";
import { prune, type OnLeft } from "../../session/leftovers.ts";
import { listSessions, stopSession } from "../../session/list-sessions.ts";
import { clearVaults } from "../../vault/clear-vaults.ts";
import type { VaultContext } from "../../vault/vault-context.ts";
import type { Installation } from "./installation.ts";
import { removeFromEngine, type UsedOnEngine } from "./on-engine.ts";
import { findOwnFolders, removeOwnFolders, removePath } from "./own-folders.ts";

/** As `vaultbox stop` waits. */
const stopTimeoutMs = 90_000;

interface WhatToRemove {
  readonly paths: Paths;
  readonly vaults: VaultContext;
  readonly engine: Engine | undefined;
  readonly isWithVaults: boolean;
  /** Whether sessions that run are ended */
  readonly isForced: boolean;
  /** What sandboxes of dead sessions had left in their workspaces */
  readonly onLeft: OnLeft;
}

/** What is known only after it was tried. */
export interface Removal {
  readonly used: UsedOnEngine;
  /** Items of the keychain */
  readonly keychainItems: number;
}

/**
 * Removes what was found, in an order in which each step that fails can be done again: what runs, vaults, the engine, files.
 * @throws VaultboxError VBX_SESSION_RUNNING and all that the steps may throw
 */
export async function removeInstallation(
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
export async function refuseRunning(paths: Paths): Promise<void> {
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
