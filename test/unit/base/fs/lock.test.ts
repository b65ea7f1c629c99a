import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireLock } from "../../../../src/base/fs/lock.ts";

async function makeFolder(): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-lock-"));
  return {
    path: join(folder, "lock"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What a lock of a process that ended says. */
async function takeDeadMark(path: string): Promise<string> {
  const lock = await acquireLock(path);
  const fields = (await readlink(path)).split("&");
  await lock[Symbol.asyncDispose]();
  return fields.with(4, "1").join("&");
}

test("only one holder is inside at a time, and all get their turn", async () => {
  await using folder = await makeFolder();
  let inside = 0;
  let most = 0;
  let turns = 0;
  const enter = async (): Promise<void> => {
    await using _lock = await acquireLock(folder.path);
    inside += 1;
    most = Math.max(most, inside);
    await sleep(1);
    turns += 1;
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 12 }, enter));
  expect({ most, turns }).toEqual({ most: 1, turns: 12 });
});

test("a living holder makes the wait end with its pid, and keeps the lock", async () => {
  await using folder = await makeFolder();
  await using _lock = await acquireLock(folder.path);
  const before = await readlink(folder.path);
  await expect(acquireLock(folder.path, { timeoutMs: 30 })).rejects.toMatchObject({
    code: "VBX_FILE_LOCKED",
    message: expect.stringContaining(`process ${process.pid}`),
  });
  expect(await readlink(folder.path)).toBe(before);
});

test("a lock left by kill -9 is taken over at once, by one of many waiters at a time", async () => {
  await using folder = await makeFolder();
  const script = `
    const { acquireLock } = await import(${JSON.stringify(join(import.meta.dirname, "../../../../src/base/fs/lock.ts"))});
    await acquireLock(${JSON.stringify(folder.path)});
    process.stdout.write("locked\\n");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  const began = Date.now();
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      await using _lock = await acquireLock(folder.path);
      inside += 1;
      most = Math.max(most, inside);
      await sleep(1);
      inside -= 1;
    }),
  );
  expect(most).toBe(1);
  expect(Date.now() - began).toBeLessThan(2_000);
});

/** Takes and releases the lock, and kills itself after so many steps of that on the disk; says how many it took else. */
const dyingOwner = `
  import fs from "node:fs/promises";
  import { syncBuiltinESMExports } from "node:module";
  const [, lock, path, last] = process.argv;
  let steps = 0;
  for (const name of ["symlink", "readlink", "rename", "unlink"]) {
    const step = fs[name];
    fs[name] = async (...given) => {
      try {
        return await step(...given);
      } finally {
        if (given.some((one) => String(one).startsWith(path)) && ++steps === Number(last)) {
          process.kill(process.pid, "SIGKILL");
          await new Promise(() => {});
        }
      }
    };
  }
  syncBuiltinESMExports();
  const { acquireLock } = await import(lock);
  await (await acquireLock(path))[Symbol.asyncDispose]();
  process.stdout.write(String(steps));`;

test("whoever is killed while taking over a lock, and the one beside it, leaves nothing that stays", async () => {
  await using folder = await makeFolder();
  const module = join(import.meta.dirname, "../../../../src/base/fs/lock.ts");
  const die = async (last: number): Promise<string> => {
    const args = ["--input-type=module", "-e", dyingOwner, module, folder.path, String(last)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    return await text(child.stdout);
  };
  const dead = await takeDeadMark(folder.path);
  for (let last = 1; ; last++) {
    for (const mark of [folder.path, `${folder.path}.stale`]) await symlink(dead, mark);
    const steps = await die(last);
    await using _next = await acquireLock(folder.path, { timeoutMs: 2_000 });
    expect(await readdir(dirname(folder.path)), `after step ${last}`).toEqual(["lock"]);
    if (steps === "") continue;
    expect(last).toBeGreaterThan(8);
    break;
  }
});

test("what a waiter leaves that was killed after it came too late goes with the next holder", async () => {
  await using folder = await makeFolder();
  const dead = await takeDeadMark(folder.path);
  const beside = `${folder.path}.stale`;
  await symlink(dead, beside);
  const lock = await acquireLock(folder.path, { timeoutMs: 1_000 });
  await lock[Symbol.asyncDispose]();
  await expect(readlink(beside)).rejects.toMatchObject({ code: "ENOENT" });
  // Of one that lives it's left alone
  await using _living = await acquireLock(beside);
  await (await acquireLock(folder.path, { timeoutMs: 1_000 }))[Symbol.asyncDispose]();
  expect(await readlink(beside)).toContain(String(process.pid));
});

test("a lock whose pid now belongs to a later process is taken over", async () => {
  await using folder = await makeFolder();
  const dead = await takeDeadMark(folder.path);
  await symlink(dead, folder.path);
  await using _taken = await acquireLock(folder.path, { timeoutMs: 1_000 });
  expect(await readlink(folder.path)).not.toBe(dead);
});

test.each([
  ["on another host", 0, "another.example"],
  ["in another pid namespace", 2, "pid%3A%5B1%5D"],
])("a holder %s is never judged dead", async (_, field, value) => {
  await using folder = await makeFolder();
  const lock = await acquireLock(folder.path);
  const own = (await readlink(folder.path)).split("&");
  await lock[Symbol.asyncDispose]();
  await symlink(own.with(field, value).with(3, "4194304").join("&"), folder.path);
  await expect(acquireLock(folder.path, { timeoutMs: 20 })).rejects.toMatchObject({
    code: "VBX_FILE_LOCKED",
  });
});

test("a file in the lock's place is named and left alone", async () => {
  await using folder = await makeFolder();
  await writeFile(folder.path, "mine");
  await expect(acquireLock(folder.path, { timeoutMs: 20 })).rejects.toMatchObject({
    code: "VBX_FILE_LOCKED",
    message: expect.stringContaining("an unknown owner"),
  });
});
