// `npm run bench:starts -- CHECKOUT [--rounds N]`: how long a run takes to start and to end, in this checkout and in
// another one (built, with its node_modules), in turn. Prints the medians and the median of the ratios within rounds.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { median } from "./measurement.ts";

const run = promisify(execFile);
const here = resolve(import.meta.dirname, "../..");
const timeoutMs = 120_000;

/** Milliseconds of one run: until its command ran, and from then until vaultbox was gone. */
interface RunTimes {
  readonly start: number;
  readonly end: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "10" },
    files: { type: "string", default: "50000" },
  },
});
const [other] = positionals;
const rounds = Number(values.rounds);
const files = Number(values.files);
if (other === undefined || !Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(files)) {
  throw new Error("usage: npm run bench:starts -- CHECKOUT [--rounds N] [--files N]");
}

const folder = await mkdtemp(join(tmpdir(), "vbx-starts-"));
try {
  const places = {
    "an empty folder": await makeFolder(join(folder, "empty")),
    [`a repository of ${files} files`]: await makeRepository(join(folder, "repository"), files),
    [`a project with ${files} files of packages`]: await makePackages(
      join(folder, "packages"),
      files,
    ),
  };
  for (const [name, cwd] of Object.entries(places)) {
    for (const line of await compare(name, cwd)) process.stdout.write(`${line}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(name: string, cwd: string): Promise<readonly string[]> {
  const own: RunTimes[] = [];
  const others: RunTimes[] = [];
  // The first of each fills caches; one after the other, because two versions don't know each other's mount points
  await timeRun(here, cwd);
  await timeRun(resolve(other ?? ""), cwd);
  for (let round = 0; round < rounds; round += 1) {
    // The first of a pair finds other caches than the second: they take turns
    const first = round % 2 === 0;
    if (first) own.push(await timeRun(here, cwd));
    others.push(await timeRun(resolve(other ?? ""), cwd));
    if (!first) own.push(await timeRun(here, cwd));
  }
  return (["start", "end"] as const).map((part) => {
    const a = own.map((times) => times[part]);
    const b = others.map((times) => times[part]);
    const ratio = median(a.map((value, round) => value / (b[round] ?? Number.NaN)));
    const medians = `${median(a).toFixed(0)} ms, there ${median(b).toFixed(0)} ms`;
    return `${part} in ${name}: ${ratio.toFixed(3)} × (${medians}, ${rounds} rounds)`;
  });
}

/** The command in the sandbox prints the time, by the same kernel's clock. */
async function timeRun(checkout: string, cwd: string): Promise<RunTimes> {
  const home = join(folder, "home");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const args = [join(checkout, "bin/vaultbox.js"), "run", "--", "date", "+%s%N"];
  const env = { ...process.env, VAULTBOX_HOME: home };
  const began = Date.now();
  const { stdout } = await run(process.execPath, args, { cwd, env, timeout: timeoutMs });
  const ran = Number(stdout) / 1e6;
  return { start: ran - began, end: Date.now() - ran };
}

async function makeFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

/** Ten files a folder, as installed packages have. */
async function makePackages(path: string, count: number): Promise<string> {
  await writeFile(join(await makeFolder(path), "package.json"), "{}\n");
  const perFolder = 10;
  for (let index = 0; index < count; index += perFolder) {
    const inner = await makeFolder(
      join(path, "node_modules", `package-${index % 1000}`, `part-${index}`),
    );
    const names = Array.from({ length: perFolder }, (_, n) => `${n}.js`);
    await Promise.all(names.map((name) => writeFile(join(inner, name), "")));
  }
  return path;
}

async function makeRepository(path: string, count: number): Promise<string> {
  const perFolder = 100;
  for (let index = 0; index < count; index += perFolder) {
    const inner = join(await makeFolder(join(path, `part-${index / perFolder}`)));
    const names = Array.from({ length: Math.min(perFolder, count - index) }, (_, n) => `${n}.ts`);
    await Promise.all(names.map((name) => writeFile(join(inner, name), "export {};\n")));
  }
  await run("git", ["init", "-q", path]);
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
  await run("git", ["-C", path, "add", "-A"]);
  await run("git", ["-C", path, ...author, "commit", "-q", "-m", "files"]);
  return path;
}
