import { availableParallelism, totalmem } from "node:os";
import { summaryLines } from "../audit/summarise.ts";
import { resolvePaths, type Paths } from "../config/paths.ts";
import { connectEngine } from "../docker/connect-engine.ts";
import { isVaultboxError, VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";
import { defaultMountRules, resolveAllowed, resolveWorkspace } from "../sandbox/mounts.ts";
import type { LinkChoice } from "../sandbox/link/link-end.ts";
import { mapRegistryAddresses } from "../sandbox/registry-access.ts";
import type { RunRequest, RunResult } from "../sandbox/run-request.ts";
import { runSandbox } from "../sandbox/run-sandbox.ts";
import { InterruptedError } from "../sandbox/signal-watch.ts";
import { parseDuration, parseSize } from "../units.ts";
import { openVaults } from "../vault/open-vaults.ts";
import { printNote } from "./output.ts";
import { toSessionPolicyOptions, type PolicyFlags } from "./policy-options.ts";
import { reportError } from "./report-error.ts";
import { resolveRunImages } from "./run-images.ts";
import { resolveSessionPolicy } from "./session-policy.ts";
import type { UpstreamFlags } from "./upstream-options.ts";
import { toVaultContext } from "./vault-access.ts";

/** Flags of `run`, as commander parses them. */
export interface RunFlags extends PolicyFlags, UpstreamFlags {
  readonly vault: readonly string[];
  readonly image?: string;
  readonly mount: readonly string[];
  readonly allowMount: readonly string[];
  readonly env: readonly string[];
  readonly home?: string;
  readonly memory?: string;
  readonly cpus?: string;
  readonly link: LinkChoice;
  readonly runtime?: string;
  readonly timeout?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Before the command started: vaultbox or the engine failed, as with docker run. */
const notStartedStatus = 125;
const gibibyte = 1024 ** 3;
const maxDefaultMemory = 8 * gibibyte;

/** Runs the command and returns the exit status: the command's own, or 125 and a message when it was not started. */
export async function runCommand(argv: readonly string[], flags: RunFlags): Promise<number> {
  if (argv.length === 0) {
    throw new VaultboxError("VBX_USAGE", "there is no command to run", {
      hints: ["it comes after --, for example: vaultbox run -- claude"],
    });
  }
  const engine = connectEngine(process.env);
  // Reported when it's awaited; until then another failure may come first
  engine.catch(() => undefined);
  try {
    const paths = resolvePaths();
    const { request, image } = await toRequest(argv, flags, paths);
    const result = await runSandbox(request, {
      paths,
      env: process.env,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      engine,
      images: (found) => resolveRunImages(found, { image, agent: request.plan.agent }, paths),
      onNote: printNote,
    });
    printResult(result, flags);
    return result.status;
  } catch (error) {
    if (error instanceof InterruptedError) return error.status;
    if (!(error instanceof VaultboxError) || isVaultboxError(error, "VBX_USAGE")) throw error;
    reportError(error, { json: flags.json === true });
    return notStartedStatus;
  }
}

async function toRequest(
  argv: readonly string[],
  flags: RunFlags,
  paths: Paths,
): Promise<{ request: RunRequest; image: string | undefined }> {
  const limits = parseLimits(flags);
  const allowed = await resolveAllowed(flags.allowMount);
  const workspace = await resolveWorkspace(flags.workspace, defaultMountRules(paths, allowed));
  const options = { ...toSessionPolicyOptions(flags, argv), workspace };
  const plan = await resolveSessionPolicy(options, paths);
  const project = plan.projectFile?.project;
  const { preferences } = plan;
  const names = [flags.vault, project?.vaults ?? [], preferences.vaults].find(
    (one) => one.length > 0,
  );
  const request: RunRequest = {
    command: argv,
    plan,
    vaults: await openVaults(names ?? [], toVaultContext()),
    workspace,
    upstream: {
      connectTo: [
        ...flags.connectTo,
        ...preferences.connectTo,
        ...(await mapRegistryAddresses(plan.registries, { env: process.env })),
      ],
      upstreamCa: flags.upstreamCa,
      env: process.env,
    },
    link: flags.link,
    mounts: flags.mount,
    allowMounts: flags.allowMount,
    env: flags.env,
    home: flags.home,
    runtime: flags.runtime,
    ...limits,
  };
  return { request, image: flags.image ?? project?.image ?? preferences.image };
}

/** @throws VaultboxError VBX_USAGE */
function parseLimits(flags: RunFlags): Pick<RunRequest, "memoryBytes" | "cpus" | "timeoutMs"> {
  const cpus = flags.cpus === undefined ? availableParallelism() : Number(flags.cpus);
  if (!(cpus > 0)) {
    throw new VaultboxError("VBX_USAGE", `cannot read --cpus ${quoted(flags.cpus ?? "")}`, {
      hints: ["a number above 0, such as 2 or 0.5"],
    });
  }
  const half = Math.floor(totalmem() / 2);
  const memoryBytes =
    flags.memory === undefined ? Math.min(maxDefaultMemory, half) : parseSize(flags.memory);
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout);
  return { cpus, memoryBytes, timeoutMs };
}

function printResult(result: RunResult, flags: RunFlags): void {
  if (flags.json === true) {
    process.stderr.write(`${JSON.stringify(result)}\n`);
    return;
  }
  if (flags.quiet === true || result.summary.requests === 0) return;
  for (const line of summaryLines(result.summary)) printNote(line);
  printNote(`more: vaultbox audit show ${result.session}`);
}
