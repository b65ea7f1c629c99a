import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCanary, searchCanary, searchFiles } from "../../support/canary.ts";
import { type CliResult, runCli } from "../../support/run-cli.ts";
import { recordScore } from "../../support/scoreboard.ts";

async function makeHome(): Promise<{ readonly home: string } & AsyncDisposable> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-secrets-"));
  return {
    home,
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

test("no command prints a secret or writes it outside the encrypted file, also when it fails and at debug level", async () => {
  await using place = await makeHome();
  const { home } = place;
  const canary = createCanary();
  const env = {
    HOME: home,
    VAULTBOX_HOME: join(home, "vaultbox"),
    VAULTBOX_DEBUG: "1",
    TMPDIR: home,
    CANARY: canary,
  };
  const file = join(home, "vaultbox", "vaults", "default.age");
  const passphrase = join(home, "passphrase");
  await writeFile(passphrase, "four random words here\n", { mode: 0o600 });
  const cli = (args: readonly string[], input = canary): Promise<CliResult> =>
    runCli(args, { env, input });
  const exported = join(home, "exported.age");
  const leak = `console.log(process.env.CANARY); console.error(process.env.CANARY); process.exit(1)`;
  const runs: readonly (readonly [number, readonly string[]])[] = [
    [0, ["credential", "add", "github"]],
    [1, ["credential", "add", "github"]],
    [0, ["credential", "add", "ci", "--host", "ci.example.com", "--basic", "bot"]],
    [0, ["credential", "add", "tool", "--preset", "gitlab", "--from-command", `node -e '${leak}'`]],
    [0, ["credential", "add", "var", "--preset", "openai", "--from-env", "CANARY"]],
    [2, ["credential", "add", "other", canary]],
    [2, ["credential", "add", canary]],
    [2, ["credential", "add", "other", `--token=${canary}`]],
    [2, ["credential", "add", "other", "--preset", "github", "--from-env", `=${canary}`]],
    [2, ["credential", "add", "other", "--preset", "github", "--env", `TOKEN=${canary}`]],
    [1, ["credential", "add", "nosuch"]],
    [0, ["credential", "rotate", "github"]],
    [2, ["credential", "rotate", "github", canary]],
    [2, ["credential", "rotate", "tool"]],
    [1, ["credential", "rotate", "missing"]],
    [0, ["credential", "list"]],
    [0, ["credential", "list", "--json"]],
    [0, ["credential", "show", "github"]],
    [0, ["credential", "show", "ci", "--json"]],
    [1, ["credential", "show", "missing", "--json"]],
    [1, ["credential", "show", canary]],
    [2, ["credential", "list", canary]],
    [2, ["credential", "list", `--vault=x`, `--token=${canary}`]],
    [2, ["credential", "remove", "ci"]],
    [0, ["credential", "remove", "ci", "--yes"]],
    [0, ["vault", "list", "--json"]],
    [0, ["vault", "export", "default", exported, "--passphrase-file", passphrase]],
    [2, ["vault", "export", "default", exported, "--passphrase-file", passphrase]],
    [1, ["vault", "import", "copy", exported, "--passphrase-file", passphrase]],
    [0, ["vault", "import", "copy", exported, "--passphrase-file", passphrase, "--allow-commands"]],
    [0, ["credential", "show", "github", "--vault", "copy", "--json"]],
  ];
  let hits = 0;
  const check = async (args: readonly string[], status: number): Promise<void> => {
    const result = await cli(args);
    const found = searchCanary(`${result.stdout}\n${result.stderr}`, canary);
    hits += found.length;
    expect({ args, status: result.status, stderr: result.stderr }).toMatchObject({ status });
    expect(found).toEqual([]);
  };
  for (const [status, args] of runs) await check(args, status);
  const search = await searchFiles([home], canary);
  expect(search.hits).toEqual([]);
  // Damaged in every way that a command may meet
  const whole = await readFile(file);
  for (const bytes of [whole.subarray(0, -1), Buffer.from("nothing"), whole.fill(0, 200, 210)]) {
    await writeFile(file, bytes);
    await check(["credential", "list"], 1);
    await check(["credential", "rotate", "github"], 1);
  }
  // The oracle finds what is there: the same search over a file with the secret as base64
  await writeFile(join(home, "naive"), Buffer.from(`user:${canary}`).toString("base64"));
  const control = (await searchFiles([home], canary)).hits.length;
  expect(control).toBeGreaterThan(0);
  const attempts = runs.length + 6;
  recordScore({
    row: 22,
    test: "credential and vault commands, failing ones included",
    attempts,
    blocked: attempts - hits,
    controlSucceeded: Math.min(control, attempts),
  });
});

test("a secret of any allowed text comes back as it was given, and others are refused", async () => {
  await using place = await makeHome();
  const env = { HOME: place.home, VAULTBOX_HOME: join(place.home, "v") };
  const add = (input: string | Uint8Array): Promise<CliResult> =>
    runCli(["credential", "add", "a", "--host", "a.example.com"], { env, input });
  for (const input of [
    "",
    "\n",
    "two\nlines",
    "nul\0",
    "x".repeat(65_537),
    Buffer.of(0xff, 0xfe),
  ]) {
    const { status, stderr } = await add(input);
    expect([1, 2]).toContain(status);
    expect(stderr).not.toContain("two");
  }
  expect((await add("x".repeat(65_536))).status).toBe(0);
});
