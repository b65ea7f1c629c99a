import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, type TestContext } from "vitest";
import { createCanary, searchFiles } from "../../support/canary.ts";
import { runCli } from "../../support/run-cli.ts";
import { type SecretService, startSecretService } from "../../support/secret-service.ts";

const run = promisify(execFile);

async function requireService(context: TestContext): Promise<SecretService> {
  const service = await startSecretService();
  if (service === undefined) {
    context.skip("no Secret Service: Debian packages gnome-keyring and dbus-daemon");
  }
  return service as SecretService;
}

test("on a machine with a keychain, credentials are kept in it and no secret is on the disk", async (context) => {
  await using service = await requireService(context);
  const root = join(service.home, "vaultbox");
  const env = { ...service.env, VAULTBOX_HOME: root };
  const canary = createCanary();
  const added = await runCli(["credential", "add", "github"], { env, input: canary });
  expect(added).toMatchObject({ status: 0, stdout: "" });
  expect(added.stderr).toContain('created the vault "default" in the keychain of the system');
  expect(await readdir(join(root, "vaults"))).toEqual(["default.keychain"]);
  expect((await searchFiles([root], canary)).hits).toEqual([]);
  const listed = await runCli(["credential", "list", "--json"], { env });
  expect(JSON.parse(listed.stdout)).toMatchObject({ credentials: [{ name: "github" }] });
  const search = await run(
    "secret-tool",
    ["search", "--all", "--unlock", "username", "default/github"],
    {
      env: { ...service.env },
    },
  );
  expect(search.stdout).toContain(canary);
  const removed = await runCli(["vault", "remove", "default", "--yes"], { env });
  expect(removed.status).toBe(0);
  const after = await run("secret-tool", ["search", "--all", "username", "default/github"], {
    env: { ...service.env },
  });
  expect(after.stdout).not.toContain(canary);
});

test("two installations with homes of their own don't see each other's credentials in one keychain", async (context) => {
  await using service = await requireService(context);
  const env = (name: string) => ({ ...service.env, VAULTBOX_HOME: join(service.home, name) });
  await runCli(["credential", "add", "github"], { env: env("a"), input: "secret-of-a" });
  const other = await runCli(["credential", "add", "github"], { env: env("b"), input: "secret-b" });
  expect(other.status).toBe(0);
  await runCli(["credential", "remove", "github", "--yes"], { env: env("b") });
  const listed = await runCli(["credential", "list", "--json"], { env: env("a") });
  expect(JSON.parse(listed.stdout)).toMatchObject({ credentials: [{ name: "github" }] });
});

test("an encrypted file keeps its identity and its last seen change in the keychain", async (context) => {
  await using service = await requireService(context);
  const root = join(service.home, "vaultbox");
  const env = { ...service.env, VAULTBOX_HOME: root };
  await runCli(["vault", "create", "work", "--store", "age"], { env });
  await runCli(["credential", "add", "github", "--vault", "work"], { env, input: "a-secret" });
  expect(await readdir(join(root, "vaults"))).toEqual(["work.age"]);
  const file = join(root, "vaults", "work.age");
  await run("cp", ["-p", file, `${file}.backup`]);
  const args = ["credential", "add", "gitlab", "--vault", "work"];
  expect(await runCli(args, { env, input: "b-secret" })).toMatchObject({ status: 0 });
  await run("cp", ["-p", `${file}.backup`, file]);
  const refused = await runCli(["credential", "list", "--vault", "work", "--json"], { env });
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: "VBX_VAULT_ROLLED_BACK" } });
  const accepted = await runCli(["vault", "import", "work", "--accept-restored"], { env });
  expect(accepted.status).toBe(0);
  const listed = await runCli(["credential", "list", "--vault", "work"], { env });
  expect(listed.stdout).toContain("github");
  expect(listed.stdout).not.toContain("gitlab");
});

test("without a keychain a vault in one says what to do, and nothing falls back", async (context) => {
  await using service = await requireService(context);
  const root = join(service.home, "vaultbox");
  const env = { ...service.env, VAULTBOX_HOME: root };
  await runCli(["credential", "add", "github"], { env, input: "a-secret" });
  const away = { HOME: service.home, VAULTBOX_HOME: root };
  const refused = await runCli(["credential", "list", "--json"], {
    env: { ...away, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" },
  });
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: "VBX_KEYCHAIN_UNAVAILABLE" } });
  expect(await readdir(join(root, "vaults"))).toEqual(["default.keychain"]);
});
