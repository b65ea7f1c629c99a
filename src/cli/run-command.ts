import type { ChosenFile } from "../config/chosen-file.ts";
import { resolvePaths } from "../base/paths.ts";
import { trustAsItIs } from "../config/trust.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { isVaultboxError, VaultboxError } from "../base/errors.ts";
import { leavingOut } from "../base/program-environment.ts";
import { summaryLines } from "../audit/summarise.ts";
import { writeJson } from "../base/print.ts";
import { gitRulesOf } from "../git/entry/git-entries.ts";
import { toWorktreeNotes } from "../git/entry/worktree-rule.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import {
  defaultMountRules,
  resolveAllowed,
  resolveOuter,
  resolveWorkspace,
  resolveWritable,
} from "../sandbox/mounts/mounts.ts";
import { refuseOwnPlaces } from "../session/own-places.ts";
import { rememberFolders } from "../base/remember-folders.ts";
import type { RunResult, RunStart } from "../session/run-request.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import { handoffLines } from "../workspace/handoff/handoff-text.ts";
import { runSandbox } from "../session/run-sandbox.ts";
import { GaveUpError, InterruptedError, SessionEnding } from "../session/session-ending.ts";
import type { SessionEvent } from "../session/session-events.ts";
import { watchSignals } from "../session/signal-watch.ts";
import type { RelayImage } from "../sandbox/start-relay.ts";
import type { UnknownStart } from "./agent-note.ts";
import { printNote } from "./output.ts";
import { reportError, toExpected } from "./report-error.ts";
import { parseRunLimits, type RunFlags } from "./run-flags.ts";

/** Before the command started: vaultbox or the engine failed, as with docker run. */
const notStartedStatus = 125;
/** With `--fail-on-handoff`, when the command itself had ended with 0. */
const handoffStatus = 123;
/** The command did well, and not all that it asked for is in the audit log, or not all of the session is removed. */
const unrecordedStatus = 1;

/** Runs the command and returns the exit status: the command's own, or 125 and a message when it was not started. */
export async function runCommand(argv: readonly string[], flags: RunFlags): Promise<number> {
  let isDropped = false;
  const status = await leavingOut(flags.workspace, () =>
    runOnce(argv, flags, () => (isDropped = true)),
  );
  return isDropped ? leave(status) : status;
}

async function runOnce(
  argv: readonly string[],
  flags: RunFlags,
  onDropped: () => void,
): Promise<number> {
  if (argv.length === 0) {
    throw new VaultboxError("VBX_USAGE", "there is no command to run", {
      hints: ["it comes after --, for example: vaultbox run -- claude"],
    });
  }
  const engine = connectEngine(process.env);
  // Asked for ahead, while the session is recorded. A failure is reported when it's awaited; another one may come first
  engine.then((found) => found.info()).catch(() => undefined);
  const relayImage = findRelayImage(process.env);
  relayImage.catch(() => undefined);
  try {
    const paths = resolvePaths();
    const limits = parseRunLimits(flags);
    const allowed = await resolveAllowed(flags.allowMount);
    const rules = defaultMountRules(paths, allowed);
    const workspace = await resolveWorkspace(flags.workspace, rules);
    const folders = [workspace, ...(await resolveWritable(flags.mount, rules))];
    const writable = [...folders, ...(await resolveOuter(folders, rules))];
    refuseOwnPlaces(paths, writable);
    const firstUsed: ChosenFile[] = [];
    let policy: EgressPolicy | undefined;
    const start: RunStart = {
      workspace,
      writable,
      link: flags.link,
      beforeSandbox: async () => {
        await rememberFolders(paths, writable);
        for (const { path, sha256 } of firstUsed) await trustAsItIs({ path, sha256 }, paths);
      },
      request: async () => {
        const { readRunRequest } = await import("./read-run-request.ts");
        const request = await readRunRequest(argv, flags, {
          paths,
          workspace,
          limits,
          writable,
          onFirstUse: (file) => firstUsed.push(file),
        });
        policy = request.plan.policy;
        const { repositoryNote, isAgentKnown } = request.plan;
        if (repositoryNote !== undefined) printNote(repositoryNote);
        const { repository } = request.plan;
        if (repository !== undefined) {
          const { toRepositoryNotes } = await import("./repository-notes.ts");
          for (const note of await toRepositoryNotes(request, repository, rules)) printNote(note);
        }
        if (!isAgentKnown) await noteAgent({ command: argv, workspace });
        return request;
      },
    };
    const ending = new SessionEnding();
    using signals = watchSignals(ending.ask);
    void signals;
    const result = await runSandbox(start, {
      paths,
      env: process.env,
      streams: process,
      ending,
      engine,
      relayImage,
      buildRelayImage: async (found) => {
        const { buildRelayImage } = await import("./run-images.ts");
        return await buildRelayImage(found);
      },
      agentImage: async (found, { image, plan }) => {
        const { resolveAgentImage } = await import("./run-images.ts");
        return await resolveAgentImage(found, { image, agent: plan.agent });
      },
      onEvent: (event) => tellUser(event, flags, onDropped),
    });
    printResult(result, flags, policy);
    if (result.failure !== undefined) reportLateFailure(result.failure, flags);
    const isHandedOff = result.handoff?.complete !== true || result.handoff.entries.length > 0;
    if (result.status !== 0) return result.status;
    if (flags.failOnHandoff === true && isHandedOff) return handoffStatus;
    const isWhole = result.summary.unrecorded === 0 && result.failure === undefined;
    return isWhole ? 0 : unrecordedStatus;
  } catch (failure) {
    const error = toExpected(failure);
    if (error instanceof InterruptedError) return error.status;
    if (error instanceof GaveUpError) {
      printNote(error.message);
      return leave(error.status);
    }
    if (!(error instanceof VaultboxError) || isVaultboxError(error, "VBX_USAGE")) throw error;
    reportError(error, { json: flags.json === true });
    return notStartedStatus;
  }
}

/** Ends this process, which an open request to an engine that hangs, or a reader that takes nothing, would keep alive. */
function leave(status: number): never {
  // eslint-disable-next-line unicorn/no-process-exit -- it doesn't end by itself
  process.exit(status);
}

function tellUser(event: SessionEvent, { json = false }: RunFlags, onDropped: () => void): void {
  if (event.type === "notice") printNote(event.text);
  else if (event.type === "handoff" && !json) printHandoff(event.handoff, event.session);
  else if (event.type === "output-dropped") onDropped();
}

/** The command's status and the report of its end stand whatever fails behind it: a sandbox can fill the disk. */
function reportLateFailure(failure: unknown, { json = false }: RunFlags): void {
  const error = toExpected(failure);
  if (!(error instanceof VaultboxError)) throw error;
  const { code, message, hints } = error;
  const left = hints.some((hint) => hint.endsWith("vaultbox prune"))
    ? []
    : ["the next run removes what is left of this session, or: vaultbox prune"];
  reportError(new VaultboxError(code, message, { hints: [...hints, ...left], cause: error }), {
    json,
  });
}

async function noteAgent(start: UnknownStart): Promise<void> {
  const { toAgentNote } = await import("./agent-note.ts");
  const note = toAgentNote(start);
  if (note !== undefined) printNote(note);
}

/** Its failure is reported when the images of the run are resolved, after what else may be wrong. */
async function findRelayImage(env: NodeJS.ProcessEnv): Promise<RelayImage> {
  const { relayCommand, resolveRelayImage } = await import("../engine/image/relay-image.ts");
  return { tag: (await resolveRelayImage(env)).tag, command: relayCommand };
}

/** Also with `--quiet`: it's not about the run, but about what is run next. */
function printHandoff(handoff: Handoff, session: string): void {
  const lines = handoffLines(handoff);
  for (const line of lines) printNote(line);
  if (lines.length > 0) printNote(`all of it: vaultbox audit show ${session}`);
}

function printResult(result: RunResult, flags: RunFlags, policy: EgressPolicy | undefined): void {
  if (flags.json === true) {
    const { failure: _, ...facts } = result;
    writeJson("stderr", facts);
    return;
  }
  const { requests, unrecorded } = result.summary;
  if ((flags.quiet === true && unrecorded === 0) || requests === 0) return;
  for (const line of summaryLines(result.summary)) printNote(line);
  const rules = policy === undefined ? [] : gitRulesOf(policy);
  for (const line of toWorktreeNotes(rules)) printNote(line);
  printNote(`more: vaultbox audit show ${result.session}`);
}
