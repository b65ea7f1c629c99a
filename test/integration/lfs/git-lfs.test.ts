import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { searchCanary, searchFiles } from "../../support/canary.ts";
import { lfsRule, openLfsWorld, type LfsWorld } from "./lfs-world.ts";
import { lfsGitHost, otherHost, startLfsServer, storageHost } from "../../support/lfs-server.ts";
import { recordScore } from "../../support/scoreboard.ts";

/** git-lfs tells all it knows. */
const chatty = { GIT_TRACE: "1", GIT_CURL_VERBOSE: "1", GIT_TRANSFER_TRACE: "1" };

function lfs({ client, work }: LfsWorld, ...args: readonly string[]) {
  // A refusal is repeated, with longer and longer pauses, unless it's told otherwise
  const config = ["lfs.transfer.maxretries=1", "lfs.transfer.maxretrydelay=1"];
  return client.run(["lfs", ...args], { cwd: work, env: chatty, config });
}

test("git-lfs uploads, verifies, downloads and locks, and never sees what the storage wants", async () => {
  await using server = await startLfsServer();
  await using world = await openLfsWorld({ server, git: [lfsRule()] });
  const pushed = await lfs(world, "push", "--all", "origin");
  expect({ status: pushed.status, stored: server.stored.size }).toEqual({ status: 0, stored: 1 });
  await rm(join(world.work, ".git/lfs/objects"), { recursive: true });
  await rm(join(world.work, "image.psd"));
  const pulled = await lfs(world, "fetch", "--all", "origin");
  const checkedOut = await lfs(world, "checkout");
  expect([pulled.status, checkedOut.status]).toEqual([0, 0]);
  expect(await readFile(join(world.work, "image.psd"))).toEqual(Buffer.alloc(200_000, "pixels"));
  const locked = await lfs(world, "lock", "image.psd");
  const listed = await lfs(world, "locks");
  const unlocked = await lfs(world, "unlock", "image.psd");
  expect([locked.status, listed.status, unlocked.status]).toEqual([0, 0, 0]);
  expect(listed.stdout).toContain("image.psd");
  const lines = server.arrived.map(({ line }) => line.replace(/[0-9a-f]{64}/, "OID"));
  expect(lines).toEqual(
    expect.arrayContaining([
      `PUT ${storageHost}/objects/OID`,
      `POST ${lfsGitHost}/acme/widgets.git/verify`,
      `GET ${storageHost}/objects/OID`,
    ]),
  );
  const seen = [pushed, pulled, locked, listed, unlocked].map(
    ({ stdout, stderr }) => stdout + stderr,
  );
  for (const secret of [server.token, ...Object.values(server.secrets)]) {
    expect(searchCanary(seen.join("\n"), secret)).toEqual([]);
    expect((await searchFiles([world.folder], secret)).hits).toEqual([]);
    expect(searchCanary(JSON.stringify(world.proxy.events), secret)).toEqual([]);
  }
});

test("without the entry the same client is told the storage's secrets", async () => {
  await using server = await startLfsServer();
  const rules = [lfsGitHost, storageHost].map((host) => `* https://${host}/**`);
  await using world = await openLfsWorld({ server, rules });
  const pushed = await lfs(world, "push", "--all", "origin");
  expect(searchCanary(pushed.stderr, server.secrets.query)).not.toEqual([]);
});

test("a storage that the entry doesn't name gets nothing, and git-lfs says which it was", async () => {
  await using server = await startLfsServer({ storage: otherHost });
  const rules = [lfsGitHost, otherHost].map((host) => `* https://${host}/**`);
  await using world = await openLfsWorld({ server, git: [lfsRule()] });
  const pushed = await lfs(world, "push", "--all", "origin");
  expect(pushed.status).not.toBe(0);
  expect(pushed.stderr).toContain(`its storage is at ${otherHost}`);
  const reached = server.arrived.filter(({ line }) => line.includes(otherHost)).length;
  await using open = await openLfsWorld({ server, rules });
  await lfs(open, "push", "--all", "origin");
  const control = server.arrived.filter(({ line }) => line.includes(otherHost)).length;
  recordScore({
    row: 15,
    test: "git-lfs sent to a storage that the entry doesn't name",
    attempts: 1,
    blocked: reached === 0 ? 1 : 0,
    controlSucceeded: Math.min(control, 1),
  });
  expect([reached, control > 0]).toEqual([0, true]);
});

test("an entry that only reads lets download and list, and refuses upload and lock with its reason", async () => {
  await using server = await startLfsServer();
  await using writer = await openLfsWorld({ server, git: [lfsRule()] });
  expect((await lfs(writer, "push", "--all", "origin")).status).toBe(0);
  await using reader = await openLfsWorld({ server, git: [lfsRule({ push: undefined })] });
  const before = server.arrived.length;
  const pushed = await lfs(reader, "push", "--all", "origin");
  const locked = await lfs(reader, "lock", "image.psd");
  expect([pushed.status, locked.status]).not.toContain(0);
  expect(pushed.stderr).toContain("nothing may be pushed to this repository");
  expect(locked.stderr + locked.stdout).toContain("nothing may be pushed to this repository");
  expect(server.arrived.slice(before).map(({ line }) => line)).toEqual([]);
  expect((await lfs(reader, "locks")).status).toBe(0);
  await rm(join(reader.work, ".git/lfs/objects"), { recursive: true });
  expect((await lfs(reader, "fetch", "--all", "origin")).status).toBe(0);
});

test.each([
  [[storageHost, otherHost], true],
  [[storageHost], false],
] as const)(
  "a download that the storage sends on goes to a host that the entry names, and to no other: %j",
  async (hosts, isAllowed) => {
    await using server = await startLfsServer({ redirectTo: otherHost });
    await using world = await openLfsWorld({ server, git: [lfsRule({ lfsHosts: hosts })] });
    expect((await lfs(world, "push", "--all", "origin")).status).toBe(0);
    await rm(join(world.work, ".git/lfs/objects"), { recursive: true });
    const fetched = await lfs(world, "fetch", "--all", "origin");
    expect(fetched.status === 0).toBe(isAllowed);
    const reached = server.arrived.filter(({ line }) => line.includes(otherHost));
    expect(reached.length > 0).toBe(isAllowed);
    expect(reached.map(({ headers }) => headers.authorization)).toEqual(
      reached.map(() => undefined),
    );
    expect(searchCanary(fetched.stderr, server.secrets.query)).toEqual([]);
  },
);

test.each([302, 400, 403, 500])(
  "a storage that repeats the request in its answer (%i) is not quoted to the client",
  async (failWith) => {
    await using server = await startLfsServer({ failWith });
    await using world = await openLfsWorld({ server, git: [lfsRule()] });
    const pushed = await lfs(world, "push", "--all", "origin");
    expect(pushed.status).not.toBe(0);
    expect(server.arrived.some(({ query }) => query.includes(server.secrets.query))).toBe(true);
    for (const secret of Object.values(server.secrets)) {
      expect(searchCanary(pushed.stdout + pushed.stderr, secret)).toEqual([]);
    }
  },
);
