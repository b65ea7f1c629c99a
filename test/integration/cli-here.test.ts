import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCliHere } from "../support/cli-here.ts";
import { type CliOptions, type CliResult, runCli } from "../support/run-cli.ts";

type Run = (args: readonly string[], options?: CliOptions) => Promise<CliResult>;

/** One command after the other, in a home of its own. */
const commands: readonly (readonly [line: string, input?: string])[] = [
  ["credential list"],
  ["credential add github", "a-secret-of-the-user-1234567890\n"],
  ["credential add github", "a-secret-of-the-user-1234567890\n"],
  ["credential add empty --host api.example.com"],
  ["credential list"],
  ["credential show nosuch --json"],
  ["credential nosuch"],
  ["init"],
  ["trust --yes"],
  ["policy check vaultbox.yaml"],
  ["policy explain GET https://api.example.com/"],
  ["help policy show"],
];

async function runAll(run: Run): Promise<readonly CliResult[]> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "vbx-here-")));
  const cwd = join(home, "project");
  await mkdir(cwd);
  const results: CliResult[] = [];
  for (const [line, input] of commands) {
    const options = { cwd, env: { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") } };
    const result = await run(line.split(" "), { ...options, ...(input && { input }) });
    results.push(JSON.parse(JSON.stringify(result).replaceAll(home, "HOME")) as CliResult);
  }
  await rm(home, { recursive: true });
  return results;
}

test("a command without a process of its own says and does what the program does, and leaves no trace here", async () => {
  const before = [{ ...process.env }, process.cwd(), process.exitCode];
  const here = await runAll(runCliHere);
  expect([{ ...process.env }, process.cwd(), process.exitCode]).toEqual(before);
  expect(here).toEqual(await runAll(runCli));
  expect(new Set(here.map(({ status }) => status))).toEqual(new Set([0, 1, 2]));
});
