import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeNewFile } from "../../src/base/fs/atomic-write.ts";
import { exportVault } from "../../src/vault/transfer.ts";
import { createVault } from "../../src/vault/vault-catalog.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { makeEntry, makeTempVaults } from "../support/temp-vaults.ts";

interface Place extends AsyncDisposable {
  readonly home: string;
  readonly cli: (...args: readonly string[]) => Promise<CliResult>;
}

async function makePlace(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-named-"));
  const env = { HOME: home, VAULTBOX_HOME: join(home, "v") };
  return {
    home,
    cli: (...args) => runCli(args, { env, cwd: home, timeoutMs: 20_000 }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

test("a path that is none, or a folder, is a mistake of whoever names it, and no bug", async () => {
  await using place = await makePlace();
  await writeFile(join(place.home, "file"), "", { mode: 0o600 });
  await promisify(execFile)("mkfifo", ["-m", "600", join(place.home, "pipe")]);
  expect((await place.cli("vault", "create", "w", "--store", "age")).status).toBe(0);
  const recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
  const wrong = ["missing/x", "file/x", `${"n".repeat(300)}`, "/", "pipe/x"];
  const commands = (path: string): readonly (readonly string[])[] => [
    ["vault", "export", "w", path, "-r", recipient],
    ["vault", "import", "w", path, "--passphrase-file", "file"],
    ["vault", "import", "w", "file", "--passphrase-file", path],
    ["proxy", "--socket", "s", "--ca-out", path],
    ["proxy", "--socket", path, "--ca-out", "ca.pem"],
    ["proxy", "--socket", "s", "--ca-out", "ca.pem", "--policy", path],
    ["proxy", "--socket", "s", "--ca-out", "ca.pem", "--upstream-ca", path],
    ["credential", "add", "k", "--signing-key", path],
    ["policy", "check", path],
    ["trust", path],
    ["audit", "verify", `${path}/audit.jsonl`],
    ["audit", "verify", path.includes("/") ? path : `./${path}`],
  ];
  const bugs: string[] = [];
  for (const path of wrong) {
    const results = await Promise.all(commands(path).map((args) => place.cli(...args)));
    for (const [at, { status, stderr }] of results.entries()) {
      if (status > 2) bugs.push(`${commands(path)[at]?.join(" ")}: ${stderr}`);
    }
  }
  expect(bugs).toEqual([]);
  // What never served is no session
  expect(await readdir(join(place.home, "v", "state", "sessions"))).toEqual([]);
  expect((await place.cli("audit", "verify", "./pipe")).stderr).toContain("not a regular file");
  expect((await readdir(place.home)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("an export replaces nothing that came to be while it was encrypted", async () => {
  await using temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "w", { store: "age" });
  await store.update(() => [makeEntry("api", "s3cret")]);
  const file = join(temp.folder, "out.age");
  const target = { type: "passphrase", passphrase: "correct horse battery" } as const;
  const exported = exportVault(store, file, target);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await writeFile(file, "my precious file");
  await expect(exported).rejects.toMatchObject({ code: "VBX_USAGE" });
  expect(await readFile(file, "utf8")).toBe("my precious file");
  const both = ["a", "b"].map((name) =>
    exportVault(store, join(temp.folder, "both"), target).then(() => name),
  );
  const settled = await Promise.allSettled(both);
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await readdir(temp.folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  await writeNewFile(join(temp.folder, "new"), "x");
  await expect(writeNewFile(join(temp.folder, "new"), "y")).rejects.toMatchObject({
    code: "EEXIST",
  });
});

test.each([
  ["vaultbox.yaml", "it is a symbolic link"],
  ["ci.yaml", "a link leads to the file"],
])("policy check says nothing of the file that the link %s leads to", async (name, words) => {
  await using place = await makePlace();
  await writeFile(join(place.home, "secrets"), "token-of-mine: hunter2\n");
  await symlink("secrets", join(place.home, name));
  const { status, stdout, stderr } = await place.cli("policy", "check", name);
  expect(status).toBe(1);
  expect(`${stdout}${stderr}`).toContain(words);
  expect(`${stdout}${stderr}`).not.toContain("token-of-mine");
  // The file itself is shown with what is wrong in it
  expect((await place.cli("policy", "check", "secrets")).stdout).toContain("token-of-mine");
});

test("preferences that are a pipe or a folder are an error at once", async () => {
  await using place = await makePlace();
  const config = join(place.home, "v", "config");
  await mkdir(config, { recursive: true });
  await promisify(execFile)("mkfifo", [join(config, "config.json")]);
  const piped = await place.cli("policy", "show");
  expect(piped).toMatchObject({ status: 1 });
  expect(piped.stderr).toContain("cannot read preferences");
  await rm(join(config, "config.json"));
  await writeFile(join(place.home, "mine.json"), '{"allow": ["api.example.com"]}');
  await symlink(join(place.home, "mine.json"), join(config, "config.json"));
  expect((await place.cli("policy", "show")).stdout).toContain("api.example.com");
});
