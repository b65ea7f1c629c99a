import { join } from "node:path";
import { anthropicStandin } from "./anthropic-standin.ts";
import { apiHost, boxContentsFile, demoScript, demoShellScript, searchBox } from "./demo-script.ts";
import { type Claim, judge } from "./claims.ts";
import { countSandbox, openDemoEngine, type SandboxCount } from "./demo-engine.ts";
import { type DemoHome, openDemoHome } from "./demo-home.ts";
import { type DemoContext, runRequiredStep, runStep, type VaultboxResult } from "./demo-step.ts";
import { openStandin, type Standin } from "./standin-server.ts";
import { VaultboxError } from "../base/errors.ts";

export interface DemoOptions {
  /** Asks before something is installed or started; rejects when the answer is no */
  readonly confirm: (question: string) => Promise<void>;
  /** A line of the transcript */
  readonly onLine: (line: string) => void;
}

/** Which agent runs; a shell script where Claude Code can't be installed. */
type DemoAgent = "claude" | "shell";

const vault = "demo";

/**
 * The whole path on this machine, with the program that a user runs: engine, image, vault, a real agent in the
 * sandbox against a local stand-in of its API, and what the audit says of it. Nothing of it is left but the images.
 * @throws VaultboxError when a step before the agent's start fails, VBX_CANCELLED
 */
export async function runDemo(options: DemoOptions): Promise<readonly Claim[]> {
  await using stack = new AsyncDisposableStack();
  const { signal } = stack.use(watchCancellation());
  stack.use(await openDemoEngine(options));
  const home = stack.use(await openDemoHome());
  const inUse: SandboxCount[] = [];
  const standin = stack.use(await openApi(home, inUse));
  const context = { home, signal, onLine: options.onLine };
  await storeSecret(context);
  const run = await runAgent(context, standin, await prepareAgent(context));
  // Awaited here: the clean-up must not begin before
  return await judgeRun(context, { run, standin, inUse });
}

/**
 * A stand-in of the vendor's API over TLS, with a certificate of the throwaway CA. At each request it adds to `inUse`
 * what the sandbox has on the engine.
 */
function openApi(home: DemoHome, inUse: SandboxCount[]): Promise<Standin> {
  const answer = anthropicStandin({ script: demoScript, apiKey: home.secret });
  return openStandin(
    async (request, response) => {
      inUse.push(await countSandbox(home.workspace));
      await answer(request, response);
    },
    { SNICallback: (name, done) => done(null, home.ca.secureContextFor(name)) },
  );
}

async function storeSecret(context: DemoContext): Promise<void> {
  await runRequiredStep(context, {
    args: ["vault", "create", vault, "--store", "age", "--unlock", "passphrase"],
  });
  await runRequiredStep(context, {
    args: ["credential", "add", "anthropic", "--vault", vault],
    shownInput: 'printf %s "$A_NEW_RANDOM_KEY" |',
    input: context.home.secret,
  });
}

/** Builds the agent's image, or settles for a shell where the agent can't be installed. */
async function prepareAgent(context: DemoContext): Promise<DemoAgent> {
  const build = await runStep(context, { args: ["image", "build", "--agent", "claude"] });
  if (build.status === 0) return "claude";
  context.onLine("Claude Code could not be installed; a shell script takes its part.");
  await runRequiredStep(context, { args: ["image", "build"] });
  return "shell";
}

function runAgent(
  context: DemoContext,
  standin: Standin,
  agent: DemoAgent,
): Promise<VaultboxResult> {
  const command =
    agent === "claude"
      ? ["claude", "-p", "look around in here", "--allowedTools", "Bash"]
      : ["sh", "-c", demoShellScript];
  const allow = agent === "claude" ? [] : ["--allow", "preset:anthropic"];
  return runStep(context, {
    args: [
      "run",
      "--vault",
      vault,
      "--connect-to",
      `${apiHost}:443:127.0.0.1:${standin.port}`,
      "--upstream-ca",
      context.home.caFile,
      ...allow,
      "--",
      ...command,
    ],
  });
}

interface FinishedRun {
  readonly run: VaultboxResult;
  readonly standin: Standin;
  readonly inUse: readonly SandboxCount[];
}

async function judgeRun(context: DemoContext, finished: FinishedRun): Promise<readonly Claim[]> {
  const { home } = context;
  const { run, standin, inUse } = finished;
  await runStep(context, { args: ["audit", "show"] });
  const auditVerify = await runStep(context, { args: ["audit", "verify"] });
  const quiet = { ...context, onLine: () => undefined };
  const auditShow = await runStep(quiet, { args: ["audit", "show", "--json", "--limit", "all"] });
  const box = await searchBox({
    path: join(home.workspace, boxContentsFile),
    secret: home.canary,
    control: "VAULTBOX_SESSION=",
  });
  const left = await countSandbox(home.workspace);
  const { requests } = standin;
  return judge({ run, requests, secret: home.secret, box, auditShow, auditVerify, inUse, left });
}

/** SIGINT and SIGTERM as an abort signal, so that the demo ends by its own clean-up; until disposed. */
interface Cancellation extends Disposable {
  readonly signal: AbortSignal;
}

function watchCancellation(): Cancellation {
  const controller = new AbortController();
  const onSignal = (): void => controller.abort(new VaultboxError("VBX_CANCELLED", "cancelled"));
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}
