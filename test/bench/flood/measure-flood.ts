import { setTimeout as pause } from "node:timers/promises";
import { type Child, startScript } from "../child-process.ts";
import { type LoadClient, startLoadClient } from "../load-client.ts";
import { type Figures, median, type Order } from "../measurement.ts";
import type { BenchPlace, RunningTarget } from "../place.ts";
import { treeCpuMs } from "../process-tree.ts";
import type { BenchUpstream } from "../upstream.ts";
import { startVaultbox } from "../vaultbox-target.ts";
import { type FloodName, floodNames, floodRules } from "./floods.ts";

export interface FloodOptions {
  readonly rounds: number;
  /** How long the ordinary clients ask, each time, ms */
  readonly durationMs: number;
  readonly upstream: BenchUpstream;
  readonly say: (line: string) => void;
}

/** What an ordinary client saw without the flood and beside it. */
export interface Noticed {
  readonly quiet: Figures;
  readonly pressed: Figures;
}

/** One flood in one round. */
export interface FloodSample {
  readonly round: number;
  readonly flood: FloodName;
  /** The client in the session that floods, and the one in another session */
  readonly same: Noticed;
  readonly other: Noticed;
  /** CPU time of the flooded session for each second, s */
  readonly cores: number;
}

/** Until the flooded proxy has closed what was left of a flood, ms. */
const settleMs = 1500;
/** One for what would flood, one for the proxy that would be flooded. */
const busyProcesses = 2;

/** Two sessions, each a process as always, and an ordinary client in each; one of them is flooded by a third process. */
export async function measureFlood(
  place: BenchPlace,
  options: FloodOptions,
): Promise<readonly FloodSample[]> {
  await using stack = new AsyncDisposableStack();
  const start = async (name: string): Promise<Session> => {
    const settings = { name, store: "age", allow: floodRules } as const;
    const proxy = stack.use(await startVaultbox(place, settings));
    return { proxy, client: stack.use(startLoadClient()) };
  };
  const world = { same: await start("flooded"), other: await start("other"), options };
  await ask(world);
  const samples: FloodSample[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const shift = round % floodNames.length;
    for (const flood of [...floodNames.slice(shift), ...floodNames.slice(0, shift)]) {
      options.say(`round ${round + 1}, flood, ${flood}`);
      samples.push({ round, flood, ...(await press(world, flood)) });
    }
  }
  return samples;
}

interface Session {
  readonly proxy: RunningTarget;
  readonly client: LoadClient;
}

interface World {
  readonly same: Session;
  readonly other: Session;
  readonly options: FloodOptions;
}

async function press(
  world: World,
  flood: FloodName,
): Promise<Pick<FloodSample, "same" | "other" | "cores">> {
  const { proxy } = world.same;
  await using stack = new AsyncDisposableStack();
  const count = flood === "busy" ? busyProcesses : 1;
  const floods: Child[] = [];
  for (let index = 0; index < count; index += 1) {
    const args = [proxy.address.socketPath ?? "", flood];
    floods.push(stack.use(await startScript("./flood/flood-process.ts", args)));
  }
  const quiet = await ask(world);
  const cpuBefore = treeCpuMs(proxy.pids);
  for (const { process } of floods) process.send("flood");
  const pressed = await ask(world);
  const cores = (treeCpuMs(proxy.pids) - cpuBefore) / world.options.durationMs;
  await stack.disposeAsync();
  await pause(settleMs);
  return {
    same: { quiet: quiet.same, pressed: pressed.same },
    other: { quiet: quiet.other, pressed: pressed.other },
    cores,
  };
}

/** Both clients at once, so that each is beside the other with the flood and without it. */
async function ask({ same, other, options }: World): Promise<Record<"same" | "other", Figures>> {
  const figures = await Promise.all(
    [same, other].map(async ({ proxy, client }) => {
      const answer = await client.ask(toOrder(proxy, options));
      if ("error" in answer) throw new Error(`the ordinary client: ${answer.error}`);
      return answer.figures;
    }),
  );
  return { same: figures[0] ?? {}, other: figures[1] ?? {} };
}

function toOrder({ address, ca }: RunningTarget, { durationMs, upstream }: FloodOptions): Order {
  return {
    row: "paced",
    target: address,
    upstreamPort: upstream.port,
    ca: `${ca}\n${upstream.ca}`,
    durationMs,
    bytes: 0,
    events: 0,
    firstHost: 0,
  };
}

const meanings: Readonly<Record<FloodName, string>> = {
  bombs: "heads too large, 32 connections",
  names: "new server names",
  heads: "10,000 slow heads",
  tunnels: "10,000 idle CONNECTs",
  busy: "control: two processes, half busy",
};

/** Markdown: a line for each flood. */
export function toFloodLines(samples: readonly FloodSample[]): readonly string[] {
  const headings = ["same", "other"].flatMap((session) => [
    `${session} session p99 ms`,
    "p99 ×",
    "p50 ×",
    "new p99 ×",
  ]);
  return [
    "an ordinary client's times beside a flood, and over those without it; medians over rounds",
    "new: requests that come on a connection of their own; cores: what the flooded session used of the machine",
    "",
    `| | ${headings.join(" | ")} | unanswered | cores |`,
    `|---|${headings.map(() => "--:").join("|")}|--:|--:|`,
    ...floodNames.map((flood) => toLine(flood, samples)),
    "",
    ...toFailureLines(samples),
  ];
}

function toLine(flood: FloodName, samples: readonly FloodSample[]): string {
  const own = samples.filter((sample) => sample.flood === flood);
  const cells = (["same", "other"] as const).flatMap((session) => {
    const noticed = own.map((sample) => sample[session]);
    const pressed = median(noticed.map((one) => one.pressed.p99Ms ?? Number.NaN));
    const ratios = (["p99Ms", "p50Ms", "newP99Ms"] as const).map((field) =>
      median(noticed.map((one) => (one.pressed[field] ?? 0) / (one.quiet[field] ?? Number.NaN))),
    );
    return [pressed, ...ratios].map((value) => value.toFixed(2));
  });
  const failures = own
    .flatMap(({ same, other }) => [same.pressed, other.pressed])
    .reduce((sum, figures) => sum + (figures.failures ?? 0), 0);
  const cores = median(own.map((sample) => sample.cores)).toFixed(2);
  return `| ${[meanings[flood], ...cells, failures, cores].join(" | ")} |`;
}

function toFailureLines(samples: readonly FloodSample[]): readonly string[] {
  const lines = samples.flatMap(({ flood, same, other }) =>
    [same.pressed, other.pressed].flatMap(({ failure }) =>
      failure === undefined ? [] : [`unanswered beside ${meanings[flood]}: ${failure}`],
    ),
  );
  return lines.length === 0 ? [] : [...new Set(lines), ""];
}
