import { resolvePaths } from "../base/paths.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { isVaultboxError, VaultboxError } from "../base/errors.ts";
import { leavingOut } from "../base/program-environment.ts";
import { summaryLines } from "../audit/summarise.ts";
import { writeJson } from "../base/print.ts";
import { gitRulesOf } from "../git/entry/git-entries.ts";
import { toWorktreeNotes } from "../git/entry/worktree-rule.ts";
import type { RunHost, RunResult } from "../session/plan/run-request.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import { handoffLines } from "../workspace/handoff/handoff-text.ts";
import { runSandbox } from "../session/run-sandbox.ts";
import {
  GaveUpError,
  InterruptedError,
  SessionEnding,
  watchSignals,
} from "../session/session-ending.ts";
import type { SessionEvent } from "../session/session.ts";
import { findRelayImage } from "../session/session-images.ts";
import { canPrompt, printNote } from "./output.ts";
import { reportError, toExpected } from "./report-error.ts";
import { type RunFlags, toRunOptions } from "./run-flags.ts";

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
  const ending = new SessionEnding();
  using signals = watchSignals(ending.ask);
  void signals;
  try {
    const onEvent = (event: SessionEvent): void => tellUser(event, flags, onDropped);
    const host = toHost({ ending, engine, relayImage, onEvent });
    const result = await runSandbox(toRunOptions(argv, flags), host);
    printResult(result, flags);
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

type HostParts = Pick<RunHost, "ending" | "engine" | "relayImage" | "onEvent">;

/** What is loaded for a question, or for the progress of a build, is loaded when there is one. */
function toHost(parts: HostParts): RunHost {
  const load = () => import("./prompt.ts");
  return {
    ...parts,
    paths: resolvePaths(),
    env: process.env,
    streams: process,
    // Asked late: to look at stdin opens it
    get prompt() {
      return canPrompt()
        ? async (question: string) => (await load()).promptHidden(question)
        : undefined;
    },
    get confirm() {
      return canPrompt()
        ? async (question: string) => (await load()).promptYes(question)
        : undefined;
    },
    openBuildReporter: async () => {
      const { openBuildReporter } = await import("./build-progress.ts");
      return openBuildReporter({ everyLine: false });
    },
  };
}

/** Also with `--quiet`: it's not about the run, but about what is run next. */
function printHandoff(handoff: Handoff, session: string): void {
  const lines = handoffLines(handoff);
  for (const line of lines) printNote(line);
  if (lines.length > 0) printNote(`all of it: vaultbox audit show ${session}`);
}

function printResult(result: RunResult, flags: RunFlags): void {
  if (flags.json === true) {
    const { failure: _failure, policy: _policy, ...facts } = result;
    writeJson("stderr", facts);
    return;
  }
  const { requests, unrecorded } = result.summary;
  if ((flags.quiet === true && unrecorded === 0) || requests === 0) return;
  for (const line of summaryLines(result.summary)) printNote(line);
  for (const line of toWorktreeNotes(gitRulesOf(result.policy))) printNote(line);
  printNote(`more: vaultbox audit show ${result.session}`);
}
