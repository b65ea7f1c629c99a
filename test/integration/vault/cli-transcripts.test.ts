import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CliResult, runCli } from "../../support/run-cli.ts";

interface Place extends AsyncDisposable {
  readonly home: string;
  readonly cli: (args: string, input?: string) => Promise<CliResult>;
}

async function makePlace(extra: Readonly<Record<string, string>> = {}): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-cli-vault-"));
  const env = { HOME: home, VAULTBOX_HOME: join(home, "v"), ...extra };
  return {
    home,
    cli: (args, input = "") => runCli(args.split(" "), { env, input, cwd: home }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

test("the first credential makes the default vault and says where; list and show tell what it is for", async () => {
  await using place = await makePlace();
  const added = await place.cli(
    "credential add billing --host api.example.com --query key",
    "s3cret",
  );
  expect(added.status).toBe(0);
  expect(added.stdout).toBe("");
  expect(added.stderr.replaceAll(place.home, "HOME")).toBe(
    `vaultbox: created the vault "default" in the encrypted file "HOME/v/vaults/default.age", opened by an identity in "HOME/v/vaults/default.identity"\n` +
      `vaultbox: stored the credential "billing" in the vault "default" for api.example.com; in a sandbox: BILLING\n`,
  );
  for (const file of ["default.age", "default.identity"]) {
    expect((await stat(join(place.home, "v", "vaults", file))).mode & 0o777).toBe(0o600);
  }
  const listed = await place.cli("cred list");
  expect(listed.stdout.split("\n")[1]).toMatch(
    /^billing +- +api\.example\.com +BILLING +vault +\d{4}-/,
  );
  const shown = await place.cli("credential show billing");
  expect(shown.stdout).toContain("  Bound to: api.example.com (query key)\n");
  const json: unknown = JSON.parse((await place.cli("credential show billing --json")).stdout);
  expect(json).toMatchObject({
    vault: "default",
    credential: { name: "billing", env: ["BILLING"], source: { type: "stored" } },
  });
});

test("a credential can be for one repository, of a preset, and at a server of one's own", async () => {
  await using place = await makePlace();
  const line = "credential add widgets --preset gitlab --host git.example.com";
  const added = await place.cli(`${line} --repository /acme/tools/widgets.git`, "s3cret");
  expect(added.stderr).toContain(
    'in the vault "default" for git.example.com/api (acme/tools/widgets), git.example.com (acme/tools/widgets); in a sandbox: GITLAB_TOKEN',
  );
  expect((await place.cli("credential list")).stdout).toContain(
    "git.example.com (acme/tools/widgets)",
  );
  const json: unknown = JSON.parse((await place.cli("credential show widgets --json")).stdout);
  expect(json).toMatchObject({
    credential: { bindings: [{ repository: "acme/tools/widgets" }, { pathPrefix: "/" }] },
  });
});

test.each(["acme", "acme/w*", "*", "acme/..", "https://git.example.com/acme/widgets"])(
  "%s is no repository that a credential can be for",
  async (wrong) => {
    await using place = await makePlace();
    const refused = await place.cli(`credential add x --preset github --repository ${wrong}`, "s");
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.stderr).toContain("hint: write it without its host: acme/widgets");
  },
);

test("empty lists say what to run next", async () => {
  await using place = await makePlace();
  expect(await place.cli("credential list")).toMatchObject({
    status: 0,
    stdout: "",
    stderr: 'vaultbox: the vault "default" is empty: vaultbox credential add NAME\n',
  });
  expect((await place.cli("vault list")).stderr).toContain("vaultbox credential add NAME");
  expect(JSON.parse((await place.cli("vault list --json")).stdout)).toEqual({ vaults: [] });
});

test("a locked vault is neither read nor changed, and says how it's used again", async () => {
  await using place = await makePlace();
  await place.cli("vault create work --store age");
  await place.cli("credential add github --vault work", "one");
  const locked = await place.cli("vault lock work");
  expect(locked).toMatchObject({ status: 0, stderr: 'vaultbox: locked the vault "work"\n' });
  expect((await place.cli("vault list")).stdout).toMatch(/work +age +identity +locked/);
  for (const command of [
    "credential list --vault work",
    "credential rotate github --vault work",
    "credential remove github --vault work --yes",
    "vault export work FILE",
    "vault import work --accept-restored",
  ]) {
    const refused = await place.cli(command, "two");
    expect(refused, command).toMatchObject({ status: 1, stdout: "" });
    expect(refused.stderr, command).toContain('cannot use the vault "work": it is locked');
    expect(refused.stderr, command).toContain("hint: use it again: vaultbox vault unlock work");
  }
  expect((await place.cli("vault lock work none")).stderr).toContain("there is none of that name");
  expect((await place.cli("vault unlock work")).stderr).toContain('unlocked the vault "work"');
  expect((await place.cli("vault unlock work")).stderr).toContain("nothing to do");
  expect((await place.cli("credential list --vault work")).stdout).toContain("github");
});

test("a vault that is made where a locked one was removed isn't locked", async () => {
  await using place = await makePlace();
  await place.cli("vault create work --store age");
  await place.cli("vault lock work");
  expect((await place.cli("vault remove work --yes")).status).toBe(0);
  await place.cli("vault create work --store age");
  expect((await place.cli("credential list --vault work")).status).toBe(0);
});

test.each([
  "credential add a --host bad_host!",
  "credential add a --host *",
  "credential add a --host a.example.com --port 0",
  "credential add a --host a.example.com --path /a/../b",
  "credential add a --host a.example.com --path /a%2e",
  "credential add a --host a.example.com --bearer --basic me",
  "credential add a --host a.example.com --basic me:pw",
  "credential add a --host a.example.com --header Host",
  "credential add a --host a.example.com --header Bad\u00e9",
  "credential add a --host a.example.com --env PATH",
  "credential add a --host a.example.com --preset npm",
  "credential add a --host a.example.com --preset github --bearer",
  "credential add github --port 8443",
  "credential add A --host a.example.com",
  "credential add github --from-env A --from-command b",
  "vault create UPPER",
  "vault create a --unlock passphrase",
  "vault create a --store cloud",
])(
  "what is wrong with the command line is said before a secret is read, and nothing is made: %s",
  async (line) => {
    await using place = await makePlace();
    const result = await place.cli(line, "secret");
    expect(result).toMatchObject({ status: 2, stdout: "" });
    expect(result.stderr).toMatch(/^vaultbox: error: /);
    expect(await readdir(place.home)).toEqual([]);
  },
);

test("a named vault that isn't there, a taken name and an unknown one say what to do", async () => {
  await using place = await makePlace();
  const unknown = await place.cli("credential add github --vault work", "s");
  expect(unknown).toMatchObject({ status: 1 });
  expect(unknown.stderr).toContain("vaultbox: hint: see which there are: vaultbox vault list");
  await place.cli("vault create work --store age");
  expect((await place.cli("vault create work --store age")).stderr).toContain("it exists");
  await place.cli("credential add github --vault work", "one");
  const taken = await place.cli("credential add github --vault work", "two");
  expect(taken.stderr).toContain("hint: give it a new secret: vaultbox credential rotate github");
  const missing = await place.cli("credential rotate gitlab --vault work", "two");
  expect(missing.stderr).toContain('the vault "work" has no credential "gitlab"');
});

test("a vault with a passphrase works from a passphrase file and says so without one", async () => {
  await using place = await makePlace();
  const file = join(place.home, "passphrase");
  await writeFile(file, "four random words here\n", { mode: 0o600 });
  await using unlocked = await makePlace({ VAULTBOX_PASSPHRASE_FILE: file });
  const created = await unlocked.cli("vault create work --store age --unlock passphrase");
  expect(created.stderr).toContain("opened by your passphrase");
  expect(JSON.parse((await unlocked.cli("vault list --json")).stdout)).toEqual({
    vaults: [{ name: "work", store: "age", unlock: "passphrase", locked: false }],
  });
  const locked = await runCli(["credential", "list", "--vault", "work", "--json"], {
    env: { VAULTBOX_HOME: join(unlocked.home, "v") },
  });
  expect(JSON.parse(locked.stderr)).toMatchObject({ error: { code: "VBX_VAULT_LOCKED" } });
  await chmod(file, 0o644);
  const unsafe = await unlocked.cli("credential list --vault work --json");
  expect(JSON.parse(unsafe.stderr)).toMatchObject({ error: { code: "VBX_FILE_UNSAFE" } });
});

test("a secret typed at the terminal isn't echoed, and Ctrl-C restores the terminal and stores nothing", async () => {
  await using place = await makePlace();
  const { runOnTerminal } = await import("../../support/terminal.ts");
  const env = { HOME: place.home, VAULTBOX_HOME: join(place.home, "v") };
  const add = ["credential", "add", "a", "--host", "a.example.com"];
  const typed = await runOnTerminal(add, {
    env,
    when: 'secret of "a": ',
    type: "hidden-wxrd\b\b\bord\r",
  });
  expect(typed.status).toBe(0);
  expect(typed.screen).not.toContain("hidden");
  expect(typed.screen).toContain("echo is on");
  const other = ["credential", "add", "b", "--host", "b.example.com"];
  const stopped = await runOnTerminal(other, { env, when: 'secret of "b": ', type: "abc\u0003" });
  expect(stopped.status).toBe(1);
  expect(stopped.screen).toContain("echo is on");
  expect(stopped.screen).not.toContain("error");
  const listed = await place.cli("credential list");
  expect(listed.stdout).toContain("a.example.com");
  expect(listed.stdout).not.toContain("b.example.com");
});
