import { setTimeout as sleep } from "node:timers/promises";
import type { HomeFile } from "../agents/agent-profile.ts";
import type { Attachment, CreatedContainer, RunningContainer } from "../engine/engine.ts";
import { label } from "../engine/labels.ts";
import { VaultboxError } from "../base/errors.ts";
import { once } from "../base/once.ts";
import { quoted } from "../base/printable.ts";
import { toBrowserFiles } from "./environment/browser-ca.ts";
import { toAgentSpec, toProbeSpec } from "./container-specs.ts";
import type { SessionHistory } from "./home/history/session-history.ts";
import { seedHome } from "./home/home-seed.ts";
import { createHomeVolume, toHomeName, toHomeVolume } from "./home/home-volume.ts";
import { homeMount } from "./sandbox-places.ts";
import type { KeptHomeScan } from "./home/kept-home.ts";
import type { EstablishedLink } from "./link/link-end.ts";
import { type PostureExpectation, toAskedPlaces } from "./posture/expected-mounts.ts";
import { parseInsideFacts } from "./posture/inside-facts.ts";
import { evaluatePosture, refuseUnsafe } from "./posture/posture.ts";
import { toGoLine, toPrologue } from "./posture/prologue.ts";
import { readReport, type ReportReader } from "./posture/report-reader.ts";
import { servicePorts } from "./sandbox-network.ts";
import { createSessionContainer } from "./session-container.ts";
import {
  planSandbox,
  type SandboxOptions,
  type SandboxPlan,
  toAgentEnvironment,
  toBinds,
  toExpectation,
  toMountSources,
  toPlanTemporary,
} from "./sandbox-plan.ts";
import { toStartDirectory } from "./start-directory.ts";

/** A container reports within a second of its start; an image whose shell doesn't is not waited for without end. */
const reportTimeoutMs = 60_000;
/** Of what a container says on stderr instead of a report, for the error message. */
const maxSaidBytes = 4096;

/** A sandbox whose posture was checked and whose command waits for `go`. */
export interface ReadySandbox {
  readonly container: RunningContainer;
  /** Of the container's first process, on the engine's machine */
  readonly pid: number;
  readonly attachment: Attachment;
  readonly report: ReportReader;
  readonly link: EstablishedLink;
  readonly image: string;
  readonly history: SessionHistory;
  /** How many posture asserts held */
  readonly asserts: number;
  readonly go: () => void;
  /** Says what the session left in a kept home, once it ended; undefined for a home that goes with it */
  readonly scanHome: KeptHomeScan | undefined;
  /** Removes everything of the sandbox on the engine, all at once */
  readonly remove: () => Promise<void>;
}

/** The agent's container with the facts that the posture is judged by. */
interface Created {
  readonly removeHome: () => Promise<void>;
  readonly agent: CreatedContainer;
  readonly expected: PostureExpectation;
  readonly scanHome: KeptHomeScan | undefined;
}

/**
 * Makes the agent container beside the relay, joins both to the proxy and checks what they are.
 * What it made is on `stack`, in the order in which it must go.
 * @throws VaultboxError VBX_POSTURE_UNSAFE, VBX_LINK_FAILED, VBX_MOUNT_REFUSED, VBX_ENGINE_FAILED, VBX_IMAGE_MISSING
 */
export async function startSandbox(
  options: SandboxOptions,
  stack: AsyncDisposableStack,
): Promise<ReadySandbox> {
  const { relay, onStream } = options;
  const client = { session: options.session.state.id, services: servicePorts, onStream };
  // Beside all that is done for the agent's container
  const established = relay.acquire(client);
  const plan = await planSandbox(options);
  const { agent, expected, removeHome, scanHome } = await createAgent(plan, stack).catch(
    // It can't share the network of a relay that failed
    (error: unknown) => relay.started.then(() => Promise.reject(error)),
  );
  const remove = async (): Promise<void> => {
    await Promise.all([agent.remove().then(removeHome), relay.container.remove()]);
  };
  // All at once, before the rest of the stack, which finds it done
  stack.defer(remove);
  // Podman makes a container ready when it's attached to, for which the relay's network must be there
  if (relay.info.flavour === "podman") await relay.started;
  const [attachment, runningRelay] = await settled([agent.attach(), relay.started]);
  const report = readReport(attachment.stdout, { nonce: plan.nonce, tty: plan.tty });
  options.files.started();
  const container = await agent.start();
  const [lines, agentFacts, relayFacts, linkFacts] = await Promise.race([
    Promise.all([
      firstFailure(report.lines, attachment),
      container.inspect(),
      runningRelay.container.inspect(),
      established,
    ]),
    options.interrupted,
  ]);
  const inside = parseInsideFacts(lines);
  const asserts = evaluatePosture(
    { inside, agent: agentFacts, relay: relayFacts, relayIsFiltered: linkFacts.report.filtered },
    expected,
  );
  refuseUnsafe(asserts);
  const go = (): void => void attachment.stdin.write(toGoLine(plan.nonce));
  return {
    container,
    pid: agentFacts.pid,
    attachment,
    report,
    link: linkFacts,
    image: plan.image.id,
    history: plan.history,
    asserts: asserts.length,
    go,
    scanHome,
    remove,
  };
}

/** As Promise.all, but nothing is under way any more when it fails: what was begun can be cleaned up. */
async function settled<T extends readonly Promise<unknown>[]>(
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function createAgent(plan: SandboxPlan, stack: AsyncDisposableStack): Promise<Created> {
  const { engine, request, session, sandboxUser } = plan;
  const relayId = plan.relay.container.id;
  const home = toHomeVolume(session.state.id, toHomeName(request));
  const removeHome = once(async () => {
    if (!home.kept) await engine.removeVolume(home.name);
  });
  stack.defer(removeHome);
  const making = settled([toBinds(plan, stack), createHomeVolume(engine, home, plan.labels)]);
  // Computed while the engine makes the volume
  const own = toBrowserFiles(session.ca.certificateDer, sandboxUser.home);
  const [binds] = await making;
  const spec = toAgentSpec({
    session: session.state.id,
    image: plan.imageTag,
    relayId,
    prologue: toPrologue(plan.nonce, [...plan.image.entrypoint, ...request.command], toAsked(plan)),
    env: toAgentEnvironment(plan),
    // A relay's own labels don't say whose it is
    labels: { ...plan.labels, [label.relay]: plan.relay.id },
    sandboxUser,
    seccomp: plan.relay.seccomp,
    directory: toStartDirectory(request.workspace, sandboxUser, toCovered(plan)),
    binds,
    temporary: toPlanTemporary(plan, binds),
    home,
    memoryBytes: request.memoryBytes,
    cpus: request.cpus,
    runtime: request.runtime,
    tty: plan.tty,
  });
  const agent = await createSessionContainer(engine, spec, stack);
  const { placeholders } = session;
  const context = { home: sandboxUser.home, workspace: request.workspace, placeholders };
  const files = request.plan.agent.homeFiles(context);
  const mounted = binds.map(({ target }) => target);
  await seedHome(agent, { sandboxUser, files, own, volume: home, mounted });
  const scanHome = home.kept ? await prepareScan(plan, home.name, files) : undefined;
  return { agent, removeHome, expected: toExpectation(plan, relayId, binds), scanHome };
}

function toCovered({ files }: SandboxPlan): readonly string[] {
  return (files.mounted()?.covered ?? []).map(({ target }) => target);
}

/** What the prologue tells of. */
function toAsked(plan: SandboxPlan): Parameters<typeof toPrologue>[2] {
  const { covered = [] } = plan.files.mounted() ?? {};
  return {
    targets: toMountSources(plan).map(({ target }) => target),
    covered: toAskedPlaces(covered).map(({ target }) => target),
  };
}

/** Loaded before the command begins, as everything that comes after it. */
async function prepareScan(
  plan: SandboxPlan,
  volume: string,
  seeded: readonly HomeFile[],
): Promise<KeptHomeScan> {
  const { toKeptHomeScan } = await import("./home/kept-home.ts");
  const { engine, imageTag, labels, sandboxUser, host } = plan;
  const volumes = [{ volume, target: homeMount, readOnly: true }];
  const probe = toProbeSpec({ image: imageTag, labels, seccomp: plan.relay.seccomp, volumes });
  const path = sandboxUser.home;
  return toKeptHomeScan({ engine, probe, volume, path, stateFolder: host.paths.state, seeded });
}

/**
 * The report's lines; their failure with what the container said on stderr instead of them.
 * @throws VaultboxError VBX_POSTURE_UNSAFE
 */
async function firstFailure(
  lines: Promise<readonly string[]>,
  attachment: Attachment,
): Promise<readonly string[]> {
  let said = "";
  const onData = (chunk: Buffer): void => {
    if (said.length < maxSaidBytes) said += chunk.toString("utf8", 0, maxSaidBytes);
  };
  attachment.stderr.on("data", onData);
  const abort = new AbortController();
  try {
    return await Promise.race([lines, failLate(abort.signal)]);
  } catch (error) {
    if (!(error instanceof VaultboxError) || said === "") throw error;
    throw new VaultboxError(error.code, `${error.message} ${quoted(said, 300)}`, {
      hints: error.hints,
      cause: error,
    });
  } finally {
    abort.abort();
    attachment.stderr.off("data", onData);
    attachment.stderr.pause();
  }
}

async function failLate(signal: AbortSignal): Promise<never> {
  await sleep(reportTimeoutMs, undefined, { signal });
  throw new VaultboxError(
    "VBX_POSTURE_UNSAFE",
    `the sandbox did not report its posture within ${reportTimeoutMs / 1000} s`,
    { hints: ["the image needs a POSIX shell at /bin/sh"] },
  );
}
