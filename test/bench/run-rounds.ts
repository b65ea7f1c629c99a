import { once } from "node:events";
import { type Answer, type Figures, type Order, type Row, firstHosts } from "./measurement.ts";
import { treeCpuMs } from "./process-tree.ts";
import type { Child } from "./child-process.ts";
import type { RunningTarget } from "./place.ts";

/** How much one measurement does. */
export interface Effort {
  readonly rounds: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly events: number;
}

export interface Sample extends Figures {
  readonly round: number;
  readonly row: Row;
  readonly target: string;
  /** CPU time of the target for a thousand requests, ms */
  readonly cpuMsPerThousand?: number;
  /** CPU time of the target for the whole row, ms */
  readonly cpuMs?: number;
  /** Why it failed; with figures beside it, why the first attempt did */
  readonly error?: string;
}

export interface RoundOptions {
  readonly targets: readonly RunningTarget[];
  readonly rows: readonly Row[];
  readonly effort: Effort;
  readonly client: Child;
  readonly upstreamPort: number;
  readonly upstreamCa: string;
  readonly onSample: (sample: Sample) => void;
}

/** Before the first round every target serves for so long uncounted, ms: compilers and caches get warm. */
const warmUpMs = 500;
/** Longest wait for one measurement, ms. */
const measurementTimeoutMs = 60_000;

/**
 * All targets are up at once. Each round goes through the rows, and each row through the targets, beginning with another
 * one each time: what the machine does meanwhile hits all alike.
 */
export async function runRounds(options: RoundOptions): Promise<readonly Sample[]> {
  const { targets, rows, effort } = options;
  const samples: Sample[] = [];
  for (const target of targets) {
    const effortOnce = { ...effort, durationMs: warmUpMs };
    for (const row of ["ka32", "new1"] as const) {
      await measure({ ...options, effort: effortOnce }, { round: 0, row, target, firstHost: 0 });
    }
  }
  let firstHost = 1;
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const [index, row] of rows.entries()) {
      const shift = (round + index) % targets.length;
      for (const target of [...targets.slice(shift), ...targets.slice(0, shift)]) {
        // Names are new to a target, not to the others: each goes through the same ones
        const sample = await measureTwice(options, { round, row, target, firstHost });
        samples.push(sample);
        options.onSample(sample);
      }
      if (row === "first") firstHost += firstHosts;
    }
  }
  return samples;
}

interface Step {
  readonly round: number;
  readonly row: Row;
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
  const { effort, client, upstreamPort, upstreamCa } = options;
  const { round, row, target, firstHost } = step;
  const order: Order = {
    row,
    target: target.address,
    upstreamPort,
    ca: `${target.ca}\n${upstreamCa}`,
    durationMs: effort.durationMs,
    bytes: effort.bytes,
    events: effort.events,
    firstHost,
  };
  const before = target.child === undefined ? 0 : treeCpuMs(target.child.pid);
  const answer = await ask(client, order);
  const named = { round, row, target: target.name };
  if ("error" in answer) return { ...named, error: answer.error };
  const { figures } = answer;
  if (target.child === undefined) return { ...named, ...figures };
  const cpuMs = treeCpuMs(target.child.pid) - before;
  const { count } = figures;
  return {
    ...named,
    ...figures,
    cpuMs,
    ...(count === undefined ? {} : { cpuMsPerThousand: (cpuMs * 1000) / count }),
  };
}

async function ask(client: Child, order: Order): Promise<Answer> {
  const signal = AbortSignal.timeout(measurementTimeoutMs);
  const answered = once(client.process, "message", { signal });
  client.process.send(order);
  try {
    const [answer] = (await answered) as [Answer];
    return answer;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
