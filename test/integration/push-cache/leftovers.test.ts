import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { removeGitCaches } from "../../../src/git/push/cache/git-cache.ts";
import { makeCommits, makePack, toPieces } from "../../support/git-repositories.ts";
import { makeInspectionWorld } from "./inspection-world.ts";

const cacheModule = fileURLToPath(
  new URL("../../../src/git/push/cache/git-cache.ts", import.meta.url),
);

test("what a killed process had taken in is gone after the next push, and a living one's stays", async () => {
  await using world = await makeInspectionWorld();
  await using living = await world.open();
  await living.receive(toPieces(Buffer.from("PACK\0\0\0\x02\0\0\0\0"))).catch(() => undefined);
  const incoming = join(world.cache, "incoming");
  const before = await readdir(incoming);
  expect(before).toHaveLength(1);
  await killWhileReceiving(world.cache);
  expect(await readdir(incoming)).toHaveLength(2);
  await using push = await world.open();
  await push.isContained("1".repeat(40), []);
  const after = await readdir(incoming);
  expect(after).toHaveLength(2);
  expect(after).toContain(before[0]);
});

test("a quarantine without an owner's name goes when it's old", async () => {
  await using world = await makeInspectionWorld();
  const incoming = join(world.cache, "incoming");
  await mkdir(join(incoming, "old"), { recursive: true });
  await mkdir(join(incoming, "new"));
  await writeFile(join(incoming, "new", "owner.json"), "{");
  await utimes(join(incoming, "old"), 1_700_000_000, 1_700_000_000);
  await using push = await world.open();
  await push.isContained("1".repeat(40), []);
  expect(await readdir(incoming)).not.toContain("old");
  expect(await readdir(incoming)).toContain("new");
});

test("removed caches are fetched again, and a push that is being looked at meanwhile isn't let through", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [
    { parents: [], files: { a: "1" } },
    { parents: [":1"], files: { a: "2" } },
    { parents: [":1"], files: { a: "3" } },
  ]);
  await world.upstream.git(["update-ref", "refs/heads/main", ids[1]!]);
  const pack = await makePack(world.upstream, { include: [ids[2]!], exclude: [ids[1]!] });
  for (let turn = 0; turn < 2; turn += 1) {
    await using push = await world.open();
    await push.receive(toPieces(pack));
    expect(await push.isFastForward(ids[1]!, ids[2]!)).toBe(false);
    expect(await push.isFastForward(ids[0]!, ids[1]!)).toBe(true);
    expect(await removeGitCaches(world.cache)).toBeGreaterThan(pack.length);
    expect(await readdir(world.cache)).toEqual(["incoming"]);
    const late = await push.isFastForward(ids[0]!, ids[1]!).catch(() => false);
    expect(late).toBe(false);
  }
});

/** Another process takes a pack in, and is killed in the middle of it. */
async function killWhileReceiving(cache: string): Promise<void> {
  const program = `
    import { openGitCache } from ${JSON.stringify(cacheModule)};
    const push = openGitCache(process.argv[1]).open({
      origin: "https://git.example.com:443",
      path: "/acme/widgets.git",
      objectFormat: "sha1",
      maxPackBytes: 1000000,
      checksObjects: true,
      upstream: {},
    });
    let given = 0;
    await push.receive(async () => {
      given += 1;
      if (given === 1) return Buffer.from("PACK\\0\\0\\0\\x02\\0\\0\\0\\x05");
      console.log("receiving");
      return new Promise(() => setTimeout(() => undefined, 60000));
    });
  `;
  const args = [
    "--input-type=module",
    "--disable-warning=ExperimentalWarning",
    "-e",
    program,
    cache,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await sleep(50);
  child.kill("SIGKILL");
  await once(child, "close");
}
