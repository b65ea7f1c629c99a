import type { LoadClient } from "./load-client.ts";
import { type Figures, type LoadRow, type Order, firstHosts } from "./measurement.ts";
import { forgetPeaks, treeCpuMs, treePeakMegabytes } from "./process-tree.ts";
import type { RunningTarget } from "./place.ts";
import type { BenchUpstream, SeenRequests } from "./upstream.ts";

/** How much one measurement does. */
export interface Effort {
  readonly rounds: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly events: number;
}

export interface Sample extends Figures {
  readonly round: number;
  readonly row: LoadRow;
  readonly target: string;
  /** CPU time of the target for a thousand requests or events, ms */
  readonly cpuMsPerThousand?: number;
  /** CPU time of the target for 100 MB, s */
  readonly cpuSecondsPer100Megabytes?: number;
  /** CPU time of the target for the whole row, ms */
  readonly cpuMs?: number;
  /** Most that its processes had resident meanwhile, MB */
  readonly peakMegabytes?: number;
  /** Why it failed; with figures beside it, why the first attempt did */
  readonly error?: string;
}

export interface RoundOptions {
  readonly targets: readonly RunningTarget[];
  readonly rows: readonly LoadRow[];
  readonly effort: Effort;
  readonly client: LoadClient;
  readonly upstream: BenchUpstream;
  readonly onSample: (sample: Sample) => void;
}

export interface RoundResult {
  readonly samples: readonly Sample[];
  /** Targets that weren't measured, and why */
  readonly notes: readonly string[];
}

/** Before the first round every target serves for so long uncounted, ms: compilers and caches get warm. */
const warmUpMs = 500;

/**
 * All targets are up at once. Each round goes through the rows, and each row through the targets, beginning with another
 * one each time: what the machine does meanwhile hits all alike.
 */
export async function runRounds(options: RoundOptions): Promise<RoundResult> {
  const { rows, effort, onSample } = options;
  const { targets, notes } = await warmUp(options);
  const samples: Sample[] = [];
  let firstHost = 1;
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const [index, row] of rows.entries()) {
      const shift = (round + index) % Math.max(1, targets.length);
      for (const target of [...targets.slice(shift), ...targets.slice(0, shift)]) {
        // Names are new to a target, not to the others: each goes through the same ones
        const sample = await measureTwice(options, { round, row, target, firstHost });
        samples.push(sample);
        onSample(sample);
      }
      if (row === "first") firstHost += firstHosts;
    }
  }
  return { samples, notes };
}

/** One that doesn't do what it's for isn't measured: above all one whose requests get no credential. */
async function warmUp(
  options: RoundOptions,
): Promise<{ readonly targets: readonly RunningTarget[]; readonly notes: readonly string[] }> {
  const once = { ...options, effort: { ...options.effort, durationMs: warmUpMs } };
  const targets: RunningTarget[] = [];
  const notes: string[] = [];
  for (const target of options.targets) {
    const fault = await findStartFault(once, target);
    if (fault === undefined) targets.push(target);
    else notes.push(`${target.name} left out: ${fault}`);
  }
  return { targets, notes };
}

async function findStartFault(
  options: RoundOptions,
  target: RunningTarget,
): Promise<string | undefined> {
  for (const row of ["ka32", "new1"] as const) {
    const sample = await measureTwice(options, { round: 0, row, target, firstHost: 0 });
    if (sample.count === undefined) return sample.error;
  }
  return undefined;
}

interface Step {
  readonly round: number;
  readonly row: LoadRow;
  readonly target: RunningTarget;
  readonly firstHost: number;
}

/** A measurement that failed is made once more: a pooled connection may have been closed at that moment. */
async function measureTwice(options: RoundOptions, step: Step): Promise<Sample> {
  const sample = await measure(options, step);
  if (sample.error === undefined) return sample;
  return { ...(await measure(options, step)), error: sample.error };
}

async function measure(options: RoundOptions, step: Step): Promise<Sample> {
  const { effort, upstream } = options;
  const { round, row, target, firstHost } = step;
  const { durationMs, bytes, events } = effort;
  const order: Order = {
    row,
    target: target.address,
    upstreamPort: upstream.port,
    ca: target.ca === undefined ? undefined : `${target.ca}\n${upstream.ca}`,
    durationMs,
    bytes,
    events,
    firstHost,
  };
  const { pids, helpers = [], client = options.client } = target;
  const seenBefore = await upstream.countSeen();
  forgetPeaks(pids);
  const cpuBefore = treeCpuMs([...pids, ...helpers]);
  const answer = await client.ask(order);
  const cpuMs = treeCpuMs([...pids, ...helpers]) - cpuBefore;
  const named = { round, row, target: target.name };
  if ("error" in answer) return { ...named, error: answer.error };
  const error = findFault(target, seenBefore, await upstream.countSeen());
  if (error !== undefined) return { ...named, error };
  const { figures } = answer;
  if (pids.length === 0) return { ...named, ...figures };
  const peakMegabytes = treePeakMegabytes(pids);
  return { ...named, ...figures, cpuMs, peakMegabytes, ...toCost(cpuMs, figures, effort) };
}

function toCost(cpuMs: number, { count }: Figures, { bytes }: Effort): Partial<Sample> {
  return count === undefined
    ? { cpuSecondsPer100Megabytes: (cpuMs / 1000) * (100e6 / bytes) }
    : { cpuMsPerThousand: (cpuMs * 1000) / count };
}

/** Every request must have been what the target is measured for. */
function findFault(
  { injects }: RunningTarget,
  before: SeenRequests,
  after: SeenRequests,
): string | undefined {
  const bare = after.bare - before.bare;
  const carried = after.injected - before.injected;
  if (injects && bare > 0) return `${bare} of ${bare + carried} requests had no credential`;
  if (!injects && carried > 0) return `${carried} of ${bare + carried} requests had a credential`;
  return bare + carried === 0 ? "no request reached the upstream" : undefined;
}
