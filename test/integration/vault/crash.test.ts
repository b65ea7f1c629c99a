import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeFileAtomic } from "../../../src/base/fs/atomic-write.ts";
import { createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { toVaultPaths, type VaultContext } from "../../../src/vault/vault-context.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { makeEntry, makeTempVaults } from "../../support/temp-vaults.ts";

const run = promisify(execFile);
const writer = join(import.meta.dirname, "vault-writer.ts");

interface Killed {
  /** The last change that the writer said was done, 0 for none */
  readonly done: number;
  /** The last one it began */
  readonly begun: number;
}

/** Of a writer: what one of them compiled the next ones take, from a folder that goes with the test's other files. */
function writerEnvironment({ paths }: VaultContext): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: join(paths.state, "compile-cache") };
}

/** Starts a writer, kills it after `delayMs` from its first change, and says how far it came. */
async function killWriter(context: VaultContext, prefix: string, delayMs: number): Promise<Killed> {
  const { vaults, state } = context.paths;
  const child = spawn(process.execPath, [writer, vaults, state, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
    env: writerEnvironment(context),
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await sleep(delayMs);
  child.kill("SIGKILL");
  await closed;
  const last = (word: string): number =>
    Number([...text.matchAll(new RegExp(`${word} (\\d+)\n`, "g"))].at(-1)?.[1] ?? 0);
  return { done: last("done"), begun: last("begin") };
}

/** The number of the newest change of that writer which the vault has. */
async function readNewest(context: VaultContext, prefix: string): Promise<number> {
  const { entries } = await (await openStore(context, "default")).read();
  const numbers = entries.map((entry) => {
    const [, number, owner] =
      /^secret number (\d+) of (.+)$/.exec(entry.secret?.reveal() ?? "") ?? [];
    return owner === prefix ? Number(number) : 0;
  });
  return Math.max(0, ...numbers);
}

const kills = 200;

test(
  `${kills} writers killed at random moments lose nothing: the vault has the old state or the new one`,
  { timeout: 120_000 },
  async () => {
    await using temp = await makeTempVaults();
    const { store } = await createVault(temp.context, "default", { store: "age" });
    await store.update(() => [makeEntry("kept", "never touched by a writer")]);
    const losses: string[] = [];
    let midway = 0;
    const slots = 4;
    const killInTurn = async (slot: number): Promise<void> => {
      for (let turn = slot; turn < kills; turn += slots) {
        const prefix = `w${turn}`;
        const { done, begun } = await killWriter(temp.context, prefix, Math.random() * 25);
        const newest = await readNewest(temp.context, prefix);
        if (newest < done || newest > begun) losses.push(`${prefix}: ${done} ${newest} ${begun}`);
        if (begun > done) midway += 1;
        const cleaner = await openStore(temp.context, "default");
        await cleaner.update((entries) =>
          entries.filter((entry) => !entry.credential.name.startsWith(`${prefix}-`)),
        );
      }
    };
    await Promise.all(Array.from({ length: slots }, (_, slot) => killInTurn(slot)));
    expect(losses).toEqual([]);
    expect(midway).toBeGreaterThan(kills / 4);
    const { entries } = await store.read();
    expect(entries.map((entry) => entry.credential.name)).toEqual(["kept"]);
    // The lock of the last dead writer and its temporary file are no burden to the next one
    await store.update((list) => list);
    const left = await readdir(temp.context.paths.vaults);
    expect(left.toSorted()).toEqual(["default.age", "default.identity"]);
    recordScore({
      row: 35,
      test: "kill -9 of a writer",
      attempts: kills,
      blocked: kills - losses.length,
      controlSucceeded: await countTornWrites(temp.folder),
    });
  },
);

/** The naive writer, which writes over its file: how often of 10 kills its file is then not whole. */
async function countTornWrites(folder: string): Promise<number> {
  const file = join(folder, "naive.json");
  const script = `
    const { writeFileSync, writeSync } = require("fs");
    const text = JSON.stringify({ secret: "x".repeat(4e6) });
    writeSync(1, "go");
    for (;;) writeFileSync(${JSON.stringify(file)}, text);`;
  let torn = 0;
  for (let turn = 0; turn < 10; turn += 1) {
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const closed = once(child, "close");
    await once(child.stdout, "data");
    await sleep(15 + Math.random() * 10);
    child.kill("SIGKILL");
    await closed;
    try {
      JSON.parse(await readFile(file, "utf8"));
    } catch {
      torn += 1;
    }
  }
  return torn;
}

test("a full disk leaves the vault as it was, says so, and the next write works", async (context) => {
  if (process.getuid?.() !== 0) context.skip("mounting a small file system needs root");
  await using temp = await makeTempVaults();
  const disk = join(temp.folder, "disk");
  await mkdir(disk);
  const mounted = await run("mount", [
    "-t",
    "tmpfs",
    "-o",
    "size=64k,mode=0700",
    "tmpfs",
    disk,
  ]).then(
    () => true,
    () => false,
  );
  if (!mounted) context.skip("this machine does not let root mount a tmpfs");
  try {
    const small: VaultContext = {
      ...temp.context,
      paths: { vaults: join(disk, "vaults"), state: temp.context.paths.state },
    };
    const { store } = await createVault(small, "default", { store: "age" });
    await store.update(() => [makeEntry("api", "before the disk was full")]);
    const before = await readFile(toVaultPaths(small, "default").content);
    const big = "y".repeat(60_000);
    let blocked = 0;
    const attempts = 20;
    for (let turn = 0; turn < attempts; turn += 1) {
      const change = store.update((entries) => [...entries, makeEntry("big", big)]);
      const error: unknown = await change.catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: "VBX_VAULT_UNWRITABLE",
        message: expect.stringContaining("the disk is full"),
      });
      const after = await readFile(toVaultPaths(small, "default").content);
      if (before.equals(after)) blocked += 1;
    }
    expect(blocked).toBe(attempts);
    await store.update((entries) => [...entries, makeEntry("other", "after the disk was full")]);
    const names = (await (await openStore(small, "default")).read()).entries;
    expect(names.map((entry) => entry.credential.name)).toEqual(["api", "other"]);
    // Written over in place, the old content is gone
    const naive = join(disk, "naive");
    await writeFile(naive, "old content");
    await writeFile(naive, "z".repeat(80_000)).catch(() => undefined);
    const lost = (await readFile(naive, "utf8")).startsWith("old content") ? 0 : 1;
    expect(lost).toBe(1);
    recordScore({ row: 35, test: "full disk", attempts, blocked, controlSucceeded: lost });
  } finally {
    await run("umount", [disk]);
  }
});

test(
  "many processes that write at the same time lose no update of each other",
  { timeout: 120_000 },
  async () => {
    await using temp = await makeTempVaults();
    const { store } = await createVault(temp.context, "default", { store: "age" });
    const processes = 8;
    const writes = 25;
    const { vaults, state } = temp.context.paths;
    await Promise.all(
      Array.from({ length: processes }, (_, index) =>
        run(process.execPath, [writer, vaults, state, `p${index}`, String(writes)]),
      ),
    );
    const { counter, entries } = await store.read();
    // One change for creating it, and each write was one
    expect(counter).toBe(1 + processes * writes);
    for (let index = 0; index < processes; index += 1) {
      expect(await readNewest(temp.context, `p${index}`)).toBe(writes);
    }
    expect(entries).toHaveLength(processes * 3);
    const attempts = processes * writes;
    recordScore({
      row: 36,
      test: "processes that write at the same time",
      attempts,
      blocked: counter - 1,
      controlSucceeded: await countLostUpdates(temp.folder),
    });
  },
);

/** The same without a lock: each task reads the file, adds one and replaces it. */
async function countLostUpdates(folder: string): Promise<number> {
  const file = join(folder, "naive-counter");
  await writeFile(file, "0");
  const tasks = 20;
  const addOne = async (): Promise<void> => {
    const counter = Number(await readFile(file, "utf8"));
    await writeFileAtomic(file, String(counter + 1));
  };
  await Promise.all(Array.from({ length: tasks }, addOne));
  return tasks - Number(await readFile(file, "utf8"));
}
