import { revealedSecrets } from "../base/redact.ts";
import { rememberFolders } from "../base/remember-folders.ts";
import type { ChosenFile } from "../config/chosen-file.ts";
import { trustAsItIs } from "../config/trust.ts";
import { handoffLines } from "../workspace/handoff/handoff-text.ts";
import type { WorkspaceSession } from "../workspace/workspace-session.ts";
import { refuseDisclosed, toDisclosures } from "./disclosed-secrets.ts";
import { findDeadSessions, type LeftHandoff, removeLeftovers } from "./leftovers.ts";
import { readRunRequest, type RunRequest } from "./plan/run-request.ts";
import { type PreparedSession, prepareSession } from "./prepare-session.ts";
import type { SandboxRun } from "./run-sandbox.ts";
import { openSessionWorkspace } from "./session-workspace.ts";

/** A run of which everything is known that decides it, and that has no sandbox yet. */
export interface PreparedRun extends SandboxRun {
  readonly request: RunRequest;
  readonly prepared: PreparedSession;
  readonly files: WorkspaceSession;
}

/** Reads what decides the run, begins to look through its workspace, and opens what decides and records. */
export async function prepareRun(run: SandboxRun): Promise<PreparedRun> {
  const { options, place, host, session } = run;
  await removeDead(run);
  const firstUsed: ChosenFile[] = [];
  const onFirstUse = (file: ChosenFile): void => void firstUsed.push(file);
  const { paths, env, prompt, confirm } = host;
  const asker = { paths, env, prompt, confirm, say: session.say, onFirstUse };
  const request = await readRunRequest(options, place, asker);
  const remembered = remember(run, firstUsed);
  // Reported when it's awaited: no container is made before
  remembered.catch(() => undefined);
  const files = await openSessionWorkspace(request, place.rules, session);
  session.stack.defer(files.close);
  await refuseDisclosed(toDisclosures(request), request.plan.vaults);
  const command = request.command.map((text) => revealedSecrets.redact(text));
  const facts = { command, agent: request.plan.agent.name };
  const prepared = await prepareSession(session, request.plan, { env, facts });
  await remembered;
  return { ...run, request, prepared, files };
}

/** Done before anything of the sandbox can write on this machine: what it can write, and what counts as it was before. */
async function remember(
  { place, host }: SandboxRun,
  firstUsed: readonly ChosenFile[],
): Promise<void> {
  await rememberFolders(host.paths, place.writable);
  for (const { path, sha256 } of firstUsed) await trustAsItIs({ path, sha256 }, host.paths);
}

/** Before anything of the workspace is read: a sandbox whose session died may still run and write to it. */
async function removeDead({ host, session }: SandboxRun): Promise<void> {
  if ((await findDeadSessions(host.paths)).length === 0) return;
  const { interrupted } = host.ending;
  const engine = await Promise.race([host.engine, interrupted]);
  const look = new AbortController();
  interrupted.catch(() => look.abort());
  const onLeft = (left: LeftHandoff): void => {
    for (const line of handoffLines(left.handoff, `session ${left.session}`)) session.say(line);
  };
  const removed = await removeLeftovers(host.paths, engine, { onLeft, signal: look.signal });
  session.say(`removed what ${removed.sessions.length} session(s) that died had left`);
  host.ending.throwIfInterrupted();
}
