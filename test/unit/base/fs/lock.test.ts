import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("a lock whose pid now belongs to a later process is taken over", async () => {
  await using folder = await makeFolder();
  const lock = await acquireLock(folder.path);
  const fields = (await readlink(folder.path)).split("&");
  await lock[Symbol.asyncDispose]();
  fields[4] = "1";
  await symlink(fields.join("&"), folder.path);
  await using _taken = await acquireLock(folder.path, { timeoutMs: 1_000 });
  expect(await readlink(folder.path)).not.toBe(fields.join("&"));
});

test("a holder on another host or in another pid namespace is never judged dead", async () => {
  await using folder = await makeFolder();
  const lock = await acquireLock(folder.path);
  const own = (await readlink(folder.path)).split("&");
  await lock[Symbol.asyncDispose]();
  for (const [field, value] of [
    [0, `not-${own[0]}`],
    [2, "pid%3A%5B1%5D"],
  ] as const) {
    const other = own.with(field, value).with(3, "4194304");
    await symlink(other.join("&"), folder.path);
    await expect(acquireLock(folder.path, { timeoutMs: 20 })).rejects.toMatchObject({
      code: "VBX_FILE_LOCKED",
    });
    await rm(folder.path);
  }
});

test("a file in the lock's place is named and left alone", async () => {
  await using folder = await makeFolder();
  await writeFile(folder.path, "mine");
  await expect(acquireLock(folder.path, { timeoutMs: 20 })).rejects.toMatchObject({
    code: "VBX_FILE_LOCKED",
    message: expect.stringContaining("an unknown owner"),
  });
});
