// `npm run bench`: vaultbox's proxy beside others, in one run, as ratios. See docs/performance.md for how to read it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTestCa } from "../support/test-ca.ts";
import { type GitEffort, type GitResult, measureGit, toGitLines } from "./git/measure-git.ts";
import type { Sizes } from "./git/transfers.ts";
import { type Child, startScript } from "./child-process.ts";
import { type Row, rows as allRows } from "./measurement.ts";
import { treePeakMegabytes } from "./process-tree.ts";
import { tabulate, toMarkdown } from "./report.ts";
import { type Effort, type Sample, runRounds } from "./run-rounds.ts";
import { type StartUpResult, measureStartUp } from "./start-up.ts";
import { targets as allTargets } from "./targets.ts";
import type { BenchPlace, RunningTarget } from "./place.ts";

/** Rows that measure something of their own instead of the targets. */
const parts = ["startup", "git"] as const;

const usage = `node test/bench/main.ts [--quick] [--rounds N] [--rows ROW,…] [--targets NAME,…] [--image IMAGE]
    [--before CHECKOUT] [--no-credential]
  rows: ${allRows.join(", ")}, ${parts.join(", ")}
  targets: ${Object.keys(allTargets).join(", ")}`;

const full: Effort = { rounds: 5, durationMs: 1500, bytes: 100_000_000, events: 1000 };
const quick: Effort = { rounds: 1, durationMs: 400, bytes: 20_000_000, events: 200 };
const fullGit: Sizes = { commits: 10_000, megabytes: 500 };
const quickGit: Sizes = { commits: 2000, megabytes: 60 };
const resultPath = new URL("../../test-results/bench.json", import.meta.url);

interface Plan {
  readonly effort: Effort;
  readonly rows: readonly Row[];
  readonly withStartUp: boolean;
  readonly git: GitEffort | undefined;
  readonly targets: readonly string[];
  readonly image: string | undefined;
  readonly before: string | undefined;
  readonly hasCredential: boolean;
}

function parsePlan(): Plan {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      rows: { type: "string", default: [...allRows, ...parts].join(",") },
      targets: { type: "string", default: Object.keys(allTargets).join(",") },
      image: { type: "string" },
      before: { type: "string" },
      "no-credential": { type: "boolean", default: false },
    },
  });
  const base = values.quick ? quick : full;
  const rounds = values.rounds === undefined ? base.rounds : Number(values.rounds);
  const names = values.rows.split(",");
  const targets = values.targets.split(",");
  const known: readonly string[] = [...allRows, ...parts];
  const isKnown =
    names.every((name) => known.includes(name)) && targets.every((name) => name in allTargets);
  if (!isKnown || !Number.isInteger(rounds) || rounds < 1) throw new Error(usage);
  return {
    effort: { ...base, rounds },
    rows: allRows.filter((row) => names.includes(row)),
    withStartUp: names.includes("startup"),
    git: names.includes("git") ? { ...(values.quick ? quickGit : fullGit), rounds } : undefined,
    targets,
    image: values.image,
    before: values.before,
    hasCredential: !values["no-credential"],
  };
}

/** Starts what can be started; what can't is a line in the result. */
async function startTargets(
  plan: Plan,
  place: BenchPlace,
  stack: AsyncDisposableStack,
): Promise<{ readonly running: readonly RunningTarget[]; readonly notes: readonly string[] }> {
  const running: RunningTarget[] = [];
  const notes: string[] = [];
  for (const name of plan.targets) {
    try {
      const target = await allTargets[name]?.(place);
      if (target === undefined) {
        notes.push(`${name} left out: not installed`);
        continue;
      }
      if (target.child !== undefined) stack.use(target.child);
      running.push(target);
    } catch (error) {
      notes.push(`${name} left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { running, notes };
}

async function startUpstream(folder: string): Promise<{
  readonly child: Child & { readonly port: number };
  readonly caPath: string;
  readonly ca: string;
}> {
  const ca = createTestCa("vaultbox bench");
  const issued = ca.issue({ hosts: ["*.bench.test"] });
  const caPath = join(folder, "upstream-ca.pem");
  await writeFile(caPath, ca.certPem);
  await writeFile(join(folder, "upstream.pem"), issued.certPem);
  await writeFile(join(folder, "upstream.key"), issued.keyPem, { mode: 0o600 });
  const files = [join(folder, "upstream.pem"), join(folder, "upstream.key")];
  return { child: await startScript("./upstream-process.ts", files), caPath, ca: ca.certPem };
}

function onSample({ round, row, target, error }: Sample): void {
  const text = error === undefined ? "" : `: ${error}`;
  process.stderr.write(`round ${round + 1}, ${row}, ${target}${text}\n`);
}

async function bench(plan: Plan): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-bench-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const upstream = await startUpstream(folder);
  stack.use(upstream.child);
  const place = {
    folder,
    upstreamPort: upstream.child.port,
    upstreamCaPath: upstream.caPath,
    before: plan.before,
    hasCredential: plan.hasCredential,
  };
  const { running, notes } =
    plan.rows.length === 0 ? { running: [], notes: [] } : await startTargets(plan, place, stack);
  const client = stack.use(await startScript("./client-process.ts", []));
  const samples = await runRounds({
    targets: running,
    rows: plan.rows,
    effort: plan.effort,
    client,
    upstreamPort: upstream.child.port,
    upstreamCa: upstream.ca,
    onSample,
  });
  const peaks = Object.fromEntries(
    running.flatMap(({ name, child }) =>
      child === undefined ? [] : [[name, treePeakMegabytes(child.pid)]],
    ),
  );
  const startUp = plan.withStartUp
    ? await measureStartUp(
        plan.effort.rounds * 2,
        { VAULTBOX_HOME: join(folder, "home") },
        plan.image,
      )
    : { figures: [], notes: [] };
  const say = (line: string): unknown => process.stderr.write(`${line}\n`);
  const git = plan.git === undefined ? undefined : await measureGit(plan.git, folder, say);
  const table = tabulate(
    samples,
    running.map(({ name }) => name),
  );
  await mkdir(new URL(".", resultPath), { recursive: true });
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const result = { machine, effort: plan.effort, table, peaks, startUp, git, notes, samples };
  await writeFile(resultPath, `${JSON.stringify(result, undefined, 2)}\n`);
  process.stdout.write(`${toText({ table, peaks, startUp, git, notes }).join("\n")}\n`);
}

function toText(result: {
  readonly table: ReturnType<typeof tabulate>;
  readonly peaks: Readonly<Record<string, number>>;
  readonly startUp: StartUpResult;
  readonly git: GitResult | undefined;
  readonly notes: readonly string[];
}): readonly string[] {
  const { table, peaks, startUp, git, notes } = result;
  const starts = startUp.figures.map(
    ({ name, medianMs, against, ratio }) =>
      `${name}: ${medianMs.toFixed(0)} ms${name === against ? "" : ` (${ratio.toFixed(2)} × ${against})`}`,
  );
  return [
    "medians over rounds; in brackets the ratio to direct, then to squid, of the same round",
    "vaultbox is reached on its unix socket, the others on loopback TCP; ! marks a row that failed at first",
    "",
    ...(Object.keys(table).length === 0 ? [] : [...toMarkdown(table, peaks), ""]),
    ...starts,
    ...(git === undefined ? [] : ["", ...toGitLines(git)]),
    ...notes,
    ...startUp.notes,
  ];
}

await bench(parsePlan());
