import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCliHere } from "../../support/cli-here.ts";
import type { CliOptions, CliResult } from "../../support/run-cli.ts";
import { makeKeyFile } from "../../support/signing-key.ts";
import { startSshAgent } from "../../support/ssh-agent.ts";

interface Place extends AsyncDisposable {
  readonly home: string;
  readonly cli: (args: readonly string[], options?: CliOptions) => Promise<CliResult>;
}

async function makePlace(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), "vbx-signing-cli-"));
  const own = { HOME: home, VAULTBOX_HOME: join(home, "v") };
  return {
    home,
    cli: (args, options = {}) =>
      runCliHere(args, { cwd: home, ...options, env: { ...own, ...options.env } }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

test("a generated key is printed as its public half, listed and shown without the other", async () => {
  await using place = await makePlace();
  const added = await place.cli(["credential", "add", "work-key", "--generate-signing-key"]);
  expect(added.status).toBe(0);
  expect(added.stdout).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}\n$/);
  expect(added.stderr).toContain(
    'stored the signing key "work-key" in the vault "default": SHA256:',
  );
  const listed = await place.cli(["credential", "list"]);
  expect(listed.stdout).toMatch(/^work-key +- +commits, by SHA256:\S{43} +- +vault +\d{4}-/m);
  const shown = await place.cli(["credential", "show", "work-key"]);
  expect(shown.stdout).toContain(`  Public key: ${added.stdout.trim()}\n`);
  const json = await place.cli(["credential", "show", "work-key", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    credential: {
      kind: "signing-key",
      publicKey: added.stdout.trim(),
      fingerprint: expect.stringMatching(/^SHA256:/) as string,
      source: { type: "stored" },
    },
  });
  const again = await place.cli(["credential", "add", "work-key", "--generate-signing-key"]);
  expect(again.stderr).toContain("the vault has one of that name");
  const rotated = await place.cli(["credential", "rotate", "work-key"], { input: "x" });
  expect(rotated.stderr).toContain('cannot rotate "work-key": it is a signing key');
  const removed = await place.cli(["credential", "remove", "work-key", "--yes"]);
  expect(removed.status).toBe(0);
});

test("a key file is taken from its path, through a link, and from stdin", async () => {
  await using place = await makePlace();
  await using key = await makeKeyFile();
  const link = join(place.home, "link");
  await symlink(key.path, link);
  const add = (name: string, from: string, input?: string): Promise<CliResult> =>
    place.cli(
      ["credential", "add", name, "--signing-key", from],
      input === undefined ? {} : { input },
    );
  const expected = { status: 0, stdout: `${key.publicLine}\n` };
  expect(await add("one", key.path)).toMatchObject(expected);
  expect(await add("two", link)).toMatchObject(expected);
  expect(await add("three", "-", key.text)).toMatchObject(expected);
});

/** Files that hold no key which can be kept, by what makes one in a folder. */
const unusable: Readonly<Record<string, readonly [make: KeyMaker, why: string, hint: string]>> = {
  "an encrypted one": [
    async (stack) => stack.use(await makeKeyFile({ passphrase: "some words" })).path,
    "it is encrypted with a passphrase",
    "ssh-add",
  ],
  "one of RSA": [
    async (stack) => stack.use(await makeKeyFile({ type: "rsa", bits: 2048 })).path,
    "it is of the type ssh-rsa",
    "ssh-add",
  ],
  "a public one": [
    async (stack) => `${stack.use(await makeKeyFile()).path}.pub`,
    "it is not an OpenSSH private key",
    "without .pub",
  ],
  "a text": [
    async (_, home) => {
      await writeFile(join(home, "text"), "no key at all\n");
      return join(home, "text");
    },
    "it is not an OpenSSH private key",
    "",
  ],
  none: [(_, home) => Promise.resolve(join(home, "none")), "there is no such file", ""],
};
type KeyMaker = (stack: AsyncDisposableStack, home: string) => Promise<string>;

test.each(Object.entries(unusable))(
  "a key that can't be kept is refused with what to do, and nothing of it is printed: %s",
  async (_, [make, why, hint]) => {
    await using place = await makePlace();
    await using stack = new AsyncDisposableStack();
    const path = await make(stack, place.home);
    const result = await place.cli(["credential", "add", "k", "--signing-key", path]);
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain(why);
    expect(result.stderr).toContain(hint);
    const body = (await readFile(path, "utf8").catch(() => "")).split("\n")[1] ?? "";
    if (body !== "") expect(result.stderr).not.toContain(body);
    // As it is where no vault was made for it
    expect((await place.cli(["credential", "list"])).stderr).toMatch(/is empty|no vault/);
  },
);

test.each([
  "--generate-signing-key --host a.example.com",
  "--generate-signing-key --env A",
  "--generate-signing-key --from-env A",
  "--generate-signing-key --preset github",
  "--generate-signing-key --ssh-agent",
  "--signing-key - --generate-signing-key",
])("a signing key has no host, no variable and one source: %s", async (flags) => {
  await using place = await makePlace();
  const result = await place.cli(["credential", "add", "k", ...flags.split(" ")]);
  expect(result).toMatchObject({ status: 2, stdout: "" });
});

test("a key of the ssh-agent is chosen by its fingerprint, and its secret is never in the vault", async () => {
  await using place = await makePlace();
  await using agent = await startSshAgent();
  await using one = await makeKeyFile();
  await using two = await makeKeyFile({ type: "rsa", bits: 2048 });
  await agent.add(one.path);
  await agent.add(two.path);
  const env = { SSH_AUTH_SOCK: agent.socket };
  const add = (...flags: readonly string[]): Promise<CliResult> =>
    place.cli(["credential", "add", "agent-key", ...flags], { env });
  const open = await add("--ssh-agent");
  expect(open.status).toBe(2);
  expect(open.stderr).toContain("the ssh-agent has 2 keys");
  const wrong = await add("--ssh-agent", "SHA256:none");
  expect(wrong.stderr).toContain("no key with the fingerprint");
  await agent.remove(one.path);
  expect(await add("--ssh-agent")).toMatchObject({ status: 0, stdout: `${two.publicLine}\n` });
  const shown = await place.cli(["credential", "show", "agent-key"]);
  expect(shown.stdout).toContain("  Private key in: ssh-agent\n");
  const none = await place.cli(["credential", "add", "other", "--ssh-agent"]);
  expect(none.stderr).toContain("SSH_AUTH_SOCK is not set here");
});
