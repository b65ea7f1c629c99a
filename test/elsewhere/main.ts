// npm run test:elsewhere [PLACE|STAGE...]: the tests as other people would run them: on another day, in another time zone and
// language, on a machine of another name, in folders with blanks and letters that aren't ASCII. As root on Debian; a
// clock is changed for the tests alone, in namespaces of their own. Reports go to test-results/elsewhere-*.json.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInherited } from "../engine/run-inherited.ts";
import { prepareTestMachine } from "../engine/test-machine.ts";
import { readReport } from "../support/test-report.ts";
import { places, type Place } from "./places.ts";
import { stages, type Stage } from "./stages.ts";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
mkdirSync("test-results", { recursive: true });
const names = process.argv.slice(2);
const known = [...places, ...stages].map(({ name }) => name);
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  throw new Error(`no such place or stage: ${unknown.join(", ")}; there are ${known.join(", ")}`);
}
const gone = stages
  .flatMap(({ files, without }) => [...files, ...without])
  .filter((file) => !existsSync(file));
if (gone.length > 0) throw new Error(`no such tests: ${gone.join(", ")}`);
const packages = readFileSync(new URL("debian-packages.txt", import.meta.url), "utf8");
await using machine = await prepareTestMachine(packages);
for (const place of chosen(places)) {
  for (const stage of chosen(stages)) await runStage(place, stage, machine.env);
}

/** Those that the command line names, or all of them. */
function chosen<T extends { readonly name: string }>(all: readonly T[]): readonly T[] {
  const some = all.filter(({ name }) => names.includes(name));
  return some.length > 0 ? some : all;
}

async function runStage(place: Place, stage: Stage, env: NodeJS.ProcessEnv): Promise<void> {
  const name = `${place.name}-${stage.name}`;
  const output = `test-results/elsewhere-${name}.json`;
  await rm(output, { force: true });
  const without = stage.without.map((file) => `--exclude=${file}`);
  const vitest = ["vitest", "run", `--project=${stage.project}`, ...stage.files, ...without];
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${output}`];
  const status = await runAt(place, stage, { env, command: [...vitest, ...reporters] });
  const json = existsSync(output) ? readFileSync(output, "utf8") : undefined;
  const { passed, failed, failures } = readReport({ project: name, status, json });
  for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

/** Runs the command there; its temporary folder and home are where the engine sees them too. */
async function runAt(
  place: Place,
  stage: Stage,
  { env, command }: { readonly env: NodeJS.ProcessEnv; readonly command: readonly string[] },
): Promise<number> {
  // A socket's path has at most 107 characters
  const folder = await mkdtemp("/tmp/é-");
  // As /tmp itself: tests look from it with the rights of other users
  await chmod(folder, 0o1777);
  try {
    const [room, home] = [join(folder, "room"), join(folder, "Jörg M")];
    await Promise.all([mkdir(room), mkdir(home)]);
    const clock = stage.hasClock ? buildClock(place, folder) : "";
    const enter = fileURLToPath(new URL("enter.sh", import.meta.url));
    const namespaces = ["--mount", "--uts", "--propagation=private"];
    return await runInherited({
      file: "unshare",
      args: [...namespaces, "sh", enter, room, clock, place.language, ...command],
      env: { ...env, TZ: place.zone, TMPDIR: folder, HOME: home },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the path of a library that makes it `place.at` now */
function buildClock({ zone, at }: Place, folder: string): string {
  const then = execFileSync("date", ["-d", `TZ="${zone}" ${at}`, "+%s"], { encoding: "utf8" });
  const shift = Number(then) - Math.floor(Date.now() / 1000);
  const library = join(folder, "clock.so");
  const source = fileURLToPath(new URL("clock.c", import.meta.url));
  const how = ["-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", `-DSHIFT=${shift}`];
  execFileSync("gcc", [...how, "-o", library, source], { stdio: "inherit" });
  return library;
}
