// npm test: everything, in the order unit, integration, e2e with podman beside it, on a machine that is made ready first.
// The last line is "N passed, N failed".
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseScores, scoreProblems } from "./docs/scoreboard-table.ts";
import { buildTestImages } from "./engine/build-images.ts";
import { openMemoryFolder } from "./engine/memory-folder.ts";
import { startPodman } from "./engine/podman.ts";
import { runInherited } from "./engine/run-inherited.ts";
import { prepareTestMachine } from "./engine/test-machine.ts";
import { readReport } from "./support/test-report.ts";
import type { TestReport } from "./support/test-report.ts";

const results = fileURLToPath(new URL("../test-results/", import.meta.url));
const startedAt = performance.now();

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const report = await runEverything();
for (const name of report.failures) print(`failed: ${name}`);
process.exitCode = report.failed === 0 && report.passed > 0 ? 0 : 1;
process.stdout.write(`${report.passed} passed, ${report.failed} failed\n`);

async function runEverything(): Promise<TestReport> {
  const reports: TestReport[] = [];
  print("building dist");
  const build = { file: "npm", args: ["run", "--silent", "build"], env: process.env };
  if ((await runInherited(build)) !== 0) return broken("npm run build");
  await using memory = await openMemoryFolder();
  reports.push(await runProject("unit", { ...process.env, ...memory.env }));
  try {
    print("preparing the machine: packages and engine");
    await using machine = await prepareTestMachine();
    print("building images");
    const images = await buildTestImages(machine.env);
    // It takes its images while other tests wait
    const starting = startPodman(machine.env, images);
    starting.catch(() => undefined);
    await using stack = new AsyncDisposableStack();
    stack.defer(async () => (await starting.catch(() => undefined))?.[Symbol.asyncDispose]());
    reports.push(await runProject("integration", { ...machine.env, ...memory.env }));
    // What a user has: a workspace on a disk
    const beside = starting.then(
      (podman) => runQuietly("podman", podman.env),
      (error: unknown) => broken("starting podman", error),
    );
    reports.push(...(await Promise.all([runProject("e2e", machine.env), beside])));
    reports.push(checkScoreboard());
  } catch (error) {
    reports.push(broken("preparing the machine for integration and e2e tests", error));
  }
  return {
    passed: reports.reduce((sum, { passed }) => sum + passed, 0),
    failed: reports.reduce((sum, { failed }) => sum + failed, 0),
    failures: reports.flatMap(({ failures }) => failures),
  };
}

/** Beside others: what it prints comes when it has ended. */
async function runQuietly(project: string, env: NodeJS.ProcessEnv): Promise<TestReport> {
  const path = `${results}${project}.log`;
  const output = openSync(path, "w");
  try {
    return await runProject(project, env, output);
  } finally {
    closeSync(output);
    process.stdout.write(readFileSync(path));
  }
}

async function runProject(
  project: string,
  env: NodeJS.ProcessEnv,
  output?: number,
): Promise<TestReport> {
  print(`running ${project} tests`);
  const report = `${results}${project}.json`;
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
  const status = await runInherited({
    file: "vitest",
    args: [...args, `--outputFile.json=${report}`],
    env,
    ...(output === undefined ? {} : { output }),
  });
  if (status > 128) throw new Error(`the ${project} tests were interrupted`);
  return readReport({ project, status, json: readJson(report) });
}

/** Every attack was tried, blocked, and seen to succeed with the guard off. */
function checkScoreboard(): TestReport {
  const failures = scoreProblems(parseScores(readJson(`${results}scoreboard.jsonl`) ?? ""));
  return { passed: failures.length === 0 ? 1 : 0, failed: failures.length, failures };
}

/** A stage that failed before it could run a test. */
function broken(what: string, error: unknown = ""): TestReport {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return { passed: 0, failed: 1, failures: [what] };
}

function readJson(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // vitest ended before it wrote a report: the exit status says so
    return undefined;
  }
}

function print(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stdout.write(`[${seconds} s] ${text}\n`);
}
