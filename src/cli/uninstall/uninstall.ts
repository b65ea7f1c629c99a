import { resolvePaths } from "../../base/paths.ts";
import type { LeftHandoff } from "../../session/leftovers.ts";
import { handoffLines } from "../../workspace/handoff/handoff-text.ts";
import { printJson, printLines, printNote } from "../output.ts";
import { confirm, toVaultContext } from "../vault-access.ts";
import { findInstallation } from "./installation.ts";
import { refuseRunning, removeInstallation, type Removal } from "./remove-installation.ts";
import { toPlan, type UninstallPlan } from "./uninstall-plan.ts";
import { toAdviceLines, toGoingLines, toStayingLines, toUsedLines } from "./uninstall-text.ts";
import { connectEngine } from "../../engine/connect-engine.ts";
import type { Engine } from "../../engine/engine.ts";
import { isVaultboxError, VaultboxError } from "../../base/errors.ts";

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
