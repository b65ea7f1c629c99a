import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openVaults } from "../../../src/vault/open-vaults.ts";
import { readFromCommand } from "../../../src/vault/secret-source.ts";
import { acceptRestoredVault, createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { toVaultPaths } from "../../../src/vault/vault-context.ts";
import { makeCredential, makeEntry, makeTempVaults } from "../../support/temp-vaults.ts";

test("without names, no default vault means no vaults", async () => {
  await using temp = await makeTempVaults();
  expect(await openVaults([], temp.context)).toEqual([]);
});

test("a named vault that isn't there is an error", async () => {
  await using temp = await makeTempVaults();
  await expect(openVaults(["default"], temp.context)).rejects.toMatchObject({
    code: "VBX_VAULT_UNKNOWN",
  });
});

test("an open vault lists credentials without secrets, and reveals one by name", async () => {
  await using temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  await store.update(() => [makeEntry("api", "s3cret-value-of-api")]);
  const [vault] = await openVaults([], temp.context);
  expect(JSON.stringify(vault?.credentials)).not.toContain("s3cret");
  expect((await vault?.reveal("api"))?.reveal()).toBe("s3cret-value-of-api");
  await expect(vault?.reveal("other")).rejects.toMatchObject({ code: "VBX_CREDENTIAL_UNKNOWN" });
});

test("a secret rotated by another process reaches a vault that is open", async () => {
  await using temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  await store.update(() => [makeEntry("api", "old-secret")]);
  const [vault] = await openVaults([], temp.context);
  expect((await vault?.reveal("api"))?.reveal()).toBe("old-secret");
  const writer = await openStore(temp.context, "default");
  await writer.update(() => [makeEntry("api", "new-secret")]);
  expect((await vault?.reveal("api"))?.reveal()).toBe("new-secret");
});

test("what a restored backup doesn't have is used no more once it's accepted", async () => {
  await using temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  await store.update(() => [makeEntry("api", "in-the-backup")]);
  const { content } = toVaultPaths(temp.context, "default");
  const backup = await readFile(content);
  await store.update(() => [makeEntry("api", "made-since")]);
  const [vault] = await openVaults([], temp.context);
  expect((await vault?.reveal("api"))?.reveal()).toBe("made-since");
  await writeFile(content, backup);
  await acceptRestoredVault(temp.context, "default");
  expect((await vault?.reveal("api"))?.reveal()).toBe("in-the-backup");
});

test("a credential bound to another host since the session began is not revealed", async () => {
  await using temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  await store.update(() => [makeEntry("api", "for-the-first-host")]);
  const [vault] = await openVaults([], temp.context);
  const bindings = [
    { host: "b.example.com", port: 443, pathPrefix: "/", scheme: { type: "bearer" } },
  ] as const;
  await store.update(() => [makeEntry("api", "for-the-other-host", { bindings })]);
  await expect(vault?.reveal("api")).rejects.toMatchObject({ code: "VBX_CREDENTIAL_UNKNOWN" });
});

test("a source command runs once for all requests of a session, and its failure names no output", async () => {
  await using temp = await makeTempVaults();
  const counter = join(temp.folder, "runs");
  const script = `require("fs").appendFileSync(${JSON.stringify(counter)}, "x"); console.log("from-a-command")`;
  const { store } = await createVault(temp.context, "default", { store: "age" });
  const good = { type: "command", file: process.execPath, args: ["-e", script] } as const;
  const leaky = `console.log("leaked-output"); console.error("leaked-output"); process.exit(3)`;
  const bad = { type: "command", file: process.execPath, args: ["-e", leaky] } as const;
  await store.update(() => [
    { credential: makeCredential("good", { source: good }) },
    { credential: makeCredential("bad", { source: bad }) },
  ]);
  const [vault] = await openVaults([], temp.context);
  const secrets = await Promise.all([1, 2, 3].map(async () => vault?.reveal("good")));
  expect(secrets.map((secret) => secret?.reveal())).toEqual(Array(3).fill("from-a-command"));
  expect(await readFile(counter, "utf8")).toBe("x");
  const error: unknown = await Promise.resolve(vault?.reveal("bad")).catch((reason) => reason);
  expect(error).toMatchObject({ code: "VBX_HOST_COMMAND_FAILED" });
  expect(String(error)).toMatch(/"bad".*exit status 3/);
  expect(String(error)).not.toContain("leaked-output");
});

test("a source command that fails is not run again for each request", async () => {
  await using temp = await makeTempVaults();
  const counter = join(temp.folder, "runs");
  const script = `require("fs").appendFileSync(${JSON.stringify(counter)}, "x"); process.exit(1)`;
  const source = { type: "command", file: process.execPath, args: ["-e", script] } as const;
  const { store } = await createVault(temp.context, "default", { store: "age" });
  const credential = makeCredential("declined", { source });
  await store.update(() => [{ credential }]);
  const [vault] = await openVaults([], temp.context);
  const ask = () => expect(vault?.reveal("declined")).rejects.toThrow("exit status 1");
  await Promise.all(Array.from({ length: 30 }, ask));
  for (let request = 0; request < 10; request += 1) await ask();
  expect(await readFile(counter, "utf8")).toBe("x");
  // The control: without the pause each request runs it
  for (const _ of [1, 2]) await readFromCommand(credential, source, "work").catch(() => undefined);
  expect(await readFile(counter, "utf8")).toBe("xxx");
});

test("an environment source is read when the session begins", async () => {
  await using temp = await makeTempVaults({ MY_TOKEN: "at-the-start" });
  const { store } = await createVault(temp.context, "default", { store: "age" });
  const source = (variable: string) => ({ source: { type: "env", variable } as const });
  await store.update(() => [
    { credential: makeCredential("set", source("MY_TOKEN")) },
    { credential: makeCredential("unset", source("NO_TOKEN")) },
  ]);
  const [vault] = await openVaults(["default"], temp.context);
  temp.context.env["MY_TOKEN"] = "later";
  expect((await vault?.reveal("set"))?.reveal()).toBe("at-the-start");
  await expect(vault?.reveal("unset")).rejects.toMatchObject({ code: "VBX_CREDENTIAL_INVALID" });
});

test.for([
  ["command", { type: "command", file: process.execPath, args: ["-p", "'from-elsewhere'"] }],
  ["variable", { type: "env", variable: "MY_TOKEN" }],
] as const)(
  "a credential whose secret comes from a %s is used no more once it's removed, or comes from elsewhere",
  async ([, source]) => {
    await using temp = await makeTempVaults({ MY_TOKEN: "from-elsewhere" });
    const { store } = await createVault(temp.context, "default", { store: "age" });
    const entry = { credential: makeCredential("api", { source }) };
    for (const after of [[], [makeEntry("api", "stored-now")]]) {
      await store.update(() => [entry]);
      const [vault] = await openVaults([], temp.context);
      expect((await vault?.reveal("api"))?.reveal()).toBe("from-elsewhere");
      await store.update(() => after);
      await expect(vault?.reveal("api")).rejects.toMatchObject({ code: "VBX_CREDENTIAL_UNKNOWN" });
    }
  },
);

test("vaults keep the order in which they are named", async () => {
  await using temp = await makeTempVaults();
  for (const name of ["work", "home"]) {
    const { store } = await createVault(temp.context, name, { store: "age" });
    await store.update(() => [makeEntry("api", `secret-of-${name}`)]);
  }
  const vaults = await openVaults(["work", "home", "work"], temp.context);
  expect(vaults.map((vault) => vault.name)).toEqual(["work", "home"]);
});
