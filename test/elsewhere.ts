// npm run test:elsewhere [PLACE...]: the tests as another person would run them, on another day, in another time zone and
// language. Wants Debian's packages faketime and locales, and the locale de_DE.UTF-8: localedef -i de_DE -f UTF-8 de_DE.UTF-8
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInherited } from "./engine/run-inherited.ts";
import { readReport } from "./support/test-report.ts";

const libraries = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
);

/** Files whose subject is a time that the kernel stamps, which no library can change. */
const stampedByKernel = [
  "test/unit/sandbox/history/*.test.ts",
  "test/unit/sandbox/workspace/user-configuration.test.ts",
];

/** Tests whose output has dates, or that compare a page with what a user sees. */
const documents = ["readme", "git-docs", "demo"].map((name) => `test/e2e/${name}.test.ts`);

interface Place {
  readonly env: Readonly<Record<string, string>>;
  /** Where the clock of unit tests starts */
  readonly clock?: string;
}

const places: Readonly<Record<string, Place>> = {
  kiritimati: {
    env: { TZ: "Pacific/Kiritimati", LC_ALL: "de_DE.UTF-8" },
    clock: "2027-03-02 23:30:00",
  },
  "st-johns": { env: { TZ: "America/St_Johns", LC_ALL: "C" } },
};

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
mkdirSync("test-results", { recursive: true });
const wanted = process.argv.slice(2);
for (const [name, place] of Object.entries(places)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await runPlace(name, place);
}

async function runPlace(name: string, { env, clock }: Place): Promise<void> {
  const excluded = clock === undefined ? [] : stampedByKernel.map((file) => `--exclude=${file}`);
  const elsewhere = { ...process.env, ...env };
  const clocked = clock === undefined ? elsewhere : { ...elsewhere, ...toFakeClock(clock) };
  await runStage(`${name}-unit`, ["vitest", "run", "--project=unit", ...excluded], clocked);
  // With this machine's clock: files, sandboxes and programs without our environment go by it
  await runStage(`${name}-integration`, ["vitest", "run", "--project=integration"], elsewhere);
  const engine = ["node", "test/engine/with-engine.ts"] as const;
  const e2e = ["vitest", "run", "--project=e2e", ...documents];
  await runStage(`${name}-documents`, [...engine, ...e2e], elsewhere);
}

async function runStage(
  name: string,
  [file, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const output = `test-results/elsewhere-${name}.json`;
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${output}`];
  const status = await runInherited({ file, args: [...args, ...reporters], env });
  const json = existsSync(output) ? readFileSync(output, "utf8") : undefined;
  const { passed, failed, failures } = readReport({ project: name, status, json });
  for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

/** A clock that goes on from there, also in processes that tests start; times that only measure stay true. */
function toFakeClock(clock: string): Record<string, string> {
  const library = libraries.find((path) => existsSync(path));
  if (library === undefined) throw new Error("install Debian's package faketime first");
  return { LD_PRELOAD: library, FAKETIME: `@${clock}`, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}
