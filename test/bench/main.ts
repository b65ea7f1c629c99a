// `npm run bench`: vaultbox's proxy beside others, in one run, as ratios. See docs/performance.md for how to read it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type FloodSample, measureFlood, toFloodLines } from "./flood/measure-flood.ts";
import { type GitResult, measureGit, toGitLines } from "./git/measure-git.ts";
import { type LoadClient, startLoadClient } from "./load-client.ts";
import { parsePlan, type Plan, usage } from "./plan.ts";
import { measureLink, toLinkLines } from "./link/measure-link.ts";
import { toTable } from "./report.ts";
import { type RoundOptions, type RoundResult, runRounds, type Sample } from "./run-rounds.ts";
import { type StartPlace, type StartUpResult, measureStartUp } from "./start-up.ts";
import { targets as allTargets } from "./targets.ts";
import type { BenchPlace, RunningTarget } from "./place.ts";
import { type BenchUpstream, startUpstream } from "./upstream.ts";

const resultPath = new URL("../../test-results/bench.json", import.meta.url);

/** All that is measured at one stand-in. */
interface Bench {
  readonly plan: Plan;
  readonly place: BenchPlace;
  readonly upstream: BenchUpstream;
  readonly client: LoadClient;
}

/** The load rows, with what could be started. */
interface LoadResult extends RoundResult {
  readonly names: readonly string[];
}

/** Starts what can be started; what can't is a line in the result. */
async function startTargets(
  { plan, place }: Bench,
  stack: AsyncDisposableStack,
): Promise<{ readonly running: readonly RunningTarget[]; readonly notes: readonly string[] }> {
  const running: RunningTarget[] = [];
  const notes: string[] = [];
  for (const name of plan.targets) {
    try {
      const target = await allTargets[name]?.(place);
      if (target !== undefined) running.push(stack.use(target));
      else if (!name.startsWith("before")) notes.push(`${name} left out: not installed`);
    } catch (error) {
      notes.push(`${name} left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { running, notes };
}

function onSample({ round, row, target, error }: Sample): void {
  say(`round ${round + 1}, ${row}, ${target}${error === undefined ? "" : `: ${error}`}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measureLoad(bench: Bench): Promise<LoadResult | undefined> {
  const { plan } = bench;
  if (plan.rows.length === 0) return undefined;
  await using stack = new AsyncDisposableStack();
  const { running: targets, notes } = await startTargets(bench, stack);
  const result = await runRounds({ ...toRounds(bench), targets });
  const names = targets.map(({ name }) => name);
  return { samples: result.samples, notes: [...notes, ...result.notes], names };
}

function toRounds({ plan, client, upstream }: Bench): Omit<RoundOptions, "targets"> {
  return { rows: plan.rows, effort: plan.effort, client, upstream, onSample };
}

async function bench(plan: Plan): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-bench-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const upstream = stack.use(await startUpstream(folder));
  const client = stack.use(startLoadClient());
  const place = {
    folder,
    upstreamPort: upstream.port,
    upstreamCaPath: upstream.caPath,
    before: plan.before,
  };
  const own = { plan, place, upstream, client };
  const load = await measureLoad(own);
  const link = plan.parts.includes("link") ? await measureLink(place, toRounds(own)) : undefined;
  const flood = plan.parts.includes("flood")
    ? await measureFlood(place, { ...plan.flood, upstream, say })
    : undefined;
  const startUp = plan.parts.includes("startup")
    ? await measureStartUp(plan.effort.rounds * 2, await makeStartPlace(folder), plan.image)
    : undefined;
  const git = plan.parts.includes("git") ? await measureGit(plan.git, folder, say) : undefined;
  await mkdir(new URL(".", resultPath), { recursive: true });
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const result = { machine, effort: plan.effort, load, link, flood, startUp, git };
  await writeFile(resultPath, `${JSON.stringify(result, undefined, 2)}\n`);
  process.stdout.write(`${toText({ load, link, flood, startUp, git }).join("\n")}\n`);
}

async function makeStartPlace(folder: string): Promise<StartPlace> {
  const cwd = join(folder, "starts");
  await mkdir(cwd);
  return { cwd, env: { VAULTBOX_HOME: join(folder, "home") } };
}

interface BenchResult {
  readonly load: LoadResult | undefined;
  readonly link: RoundResult | undefined;
  readonly flood: readonly FloodSample[] | undefined;
  readonly startUp: StartUpResult | undefined;
  readonly git: GitResult | undefined;
}

function toText({ load, link, flood, startUp, git }: BenchResult): readonly string[] {
  return [
    ...(load === undefined ? [] : toLoadLines(load)),
    ...(link === undefined ? [] : toLinkLines(link)),
    ...(flood === undefined ? [] : toFloodLines(flood)),
    ...(startUp === undefined ? [] : toStartLines(startUp)),
    ...(git === undefined ? [] : [...toGitLines(git), ""]),
  ];
}

function toLoadLines({ samples, names, notes }: LoadResult): readonly string[] {
  return [
    ...toBaseLines(samples, names),
    "medians over rounds; ! marks a figure for which a round failed at first",
    "vaultbox is reached on its unix socket, the others on loopback TCP",
    "",
    ...toTable(
      samples,
      names.map((target) => ({ target })),
    ),
    "",
    ...notes,
    "",
  ];
}

/** The first target of vaultbox's over all others. */
function toBaseLines(samples: readonly Sample[], names: readonly string[]): readonly string[] {
  const target = names.find((name) => name.startsWith("vaultbox"));
  if (target === undefined) return [];
  const others = names.filter((name) => name !== target);
  const columns = others.map((over) => ({ target, over, heading: `× ${over}` }));
  return [
    `${target}, and its figures over those of the others in the same round; medians over rounds`,
    "",
    ...toTable(samples, [{ target }, ...columns]),
    "",
  ];
}

function toStartLines({ figures, notes }: StartUpResult): readonly string[] {
  const lines = figures.map(
    ({ name, medianMs, against, ratio }) =>
      `${name}: ${medianMs.toFixed(0)} ms${name === against ? "" : ` (${ratio.toFixed(2)} × ${against})`}`,
  );
  return [...lines, ...notes, ""];
}

const plan = parsePlan(process.argv.slice(2));
if (plan === undefined) process.stdout.write(`${usage}\n`);
else await bench(plan);
