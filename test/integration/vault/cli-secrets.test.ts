import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { encryptText } from "../../../src/vault/age-file.ts";
import type { VaultEntry } from "../../../src/vault/stored-credential.ts";
import { openStore } from "../../../src/vault/vault-catalog.ts";
import { encodeContent } from "../../../src/vault/vault-content.ts";
import { createCanary, searchCanary, searchFiles } from "../../support/canary.ts";
import { runCliHere } from "../../support/cli-here.ts";
import { type CliResult, runCli } from "../../support/run-cli.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { makeEntry } from "../../support/temp-vaults.ts";

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
}, 120_000);

test("a secret that no request can carry is refused by add, rotate and import, and one that can comes back", async () => {
  await using place = await makeHome();
  const { home } = place;
  const env = { HOME: home, VAULTBOX_HOME: join(home, "v") };
  const cli = (args: readonly string[], input: string | Uint8Array = ""): Promise<CliResult> =>
    runCliHere(args, { env, input });
  const add = ["credential", "add", "a", "--host", "a.example.com"];
  const unusable = [
    "two\nlines",
    "two\r\nlines",
    "two\n\n",
    "nul\0two",
    "tab\ttwo",
    "two\u001b[0m",
    "two漢",
  ];
  const others = ["", "\n", " two", "two ", "x".repeat(65_537), Buffer.of(0xff, 0xfe)];
  for (const args of [add, [...add, "--basic", "bot"], [...add, "--query", "key"]]) {
    for (const input of [...unusable, ...others]) {
      const { status, stderr } = await cli(args, input);
      expect([1, 2]).toContain(status);
      expect(stderr).not.toMatch(/two|漢/);
    }
  }
  expect((await cli(add, "x".repeat(65_536))).status).toBe(0);
  expect((await cli(["credential", "rotate", "a"], "two\nlines")).stderr).toContain("a line break");
  expect((await cli(["credential", "rotate", "a"], "naïve one")).status).toBe(0);
  const read = async (): Promise<string | undefined> => {
    const store = await openStore({ paths: resolvePaths(env), env }, "default");
    return (await store.read()).entries[0]?.secret?.reveal();
  };
  expect(await read()).toBe("naïve one");
  // Of a file that an earlier version wrote; a key that signs has lines
  const target = { type: "passphrase", passphrase: "four random words here" } as const;
  await writeFile(join(home, "pp"), `${target.passphrase}\n`, { mode: 0o600 });
  expect((await cli(["credential", "add", "key", "--generate-signing-key"])).status).toBe(0);
  const { entries } = await (await openStore({ paths: resolvePaths(env), env }, "default")).read();
  const importing = async (added: readonly VaultEntry[]): Promise<CliResult> => {
    const file = join(home, `${added.length}.age`);
    const content = encodeContent("old", { counter: 1, entries: [...entries, ...added] });
    await writeFile(file, await encryptText(content, target), { mode: 0o600 });
    const args = ["vault", "import", "copy", file, "--passphrase-file", join(home, "pp")];
    return cli(args);
  };
  const refused = await importing([makeEntry("b", "two\nlines")]);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringContaining('for "b": it holds'),
  ]);
  expect((await cli(["credential", "list", "--vault", "copy"])).status).toBe(1);
  expect((await importing([])).status).toBe(0);
  expect((await cli(["credential", "list", "--vault", "copy"])).stdout).toContain("key");
}, 60_000);
