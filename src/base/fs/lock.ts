// A lock between processes, as a symbolic link whose target names its owner. Making a link is atomic and carries its
// content, so a lock is never seen half-written. The owner is a pid with its start time: a lock left by kill -9 is
// known as such at once. The libraries for this (proper-lockfile and its kind) can only wait until a time has passed.
import { randomBytes } from "node:crypto";
import { readlink, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { VaultboxError, hasCode } from "../errors.ts";
import { quoted } from "../printable.ts";
import { hasEnded, type ProcessId, readOwnProcessId } from "../process-id.ts";
import { readRegularText } from "./regular-file.ts";

export interface LockOptions {
  /** How long to wait for another owner, `ms`; default `lockTimeoutMs` */
  readonly timeoutMs?: number;
  /** Called once, as soon as a living owner keeps it; `holder` is who that is, as in `process 42 on "host"` */
  readonly onWait?: (holder: string) => void;
}

/** Longer than a handful of writers with scrypt need, one after the other. */
const lockTimeoutMs = 30_000;

const firstPauseMs = 2;
const longestPauseMs = 50;

/**
 * Takes the lock; disposing releases it. Not re-entrant: a second call in the same process waits as any other.
 * @throws VaultboxError VBX_FILE_LOCKED when a living owner keeps it longer than `timeoutMs`
 */
export async function acquireLock(
  path: string,
  options: LockOptions = {},
): Promise<AsyncDisposable> {
  const token = toToken(await readOwnProcessId());
  const deadline = Date.now() + (options.timeoutMs ?? lockTimeoutMs);
  await take({ path, token, deadline }, options.onWait);
  let isHeld = true;
  return {
    [Symbol.asyncDispose]: async () => {
      if (!isHeld) return;
      isHeld = false;
      try {
        await removeDead(toBeside(path));
      } finally {
        await release(path, token);
      }
    },
  };
}

/** One attempt to take a lock. */
interface Taking {
  readonly path: string;
  readonly token: string;
  readonly deadline: number;
}

async function take(taking: Taking, onWait: LockOptions["onWait"]): Promise<void> {
  const { path, token, deadline } = taking;
  let isWaitTold = false;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (await tryMark(path, token)) return;
    const holder = await readMark(path);
    if (holder === undefined) continue;
    const owner = fromToken(holder);
    if (owner !== undefined && (await hasEnded(owner))) {
      if (await takeOver(taking, holder)) return;
      continue;
    }
    if (Date.now() >= deadline) throw lockedError(path, owner);
    if (!isWaitTold) onWait?.(toHolder(owner));
    isWaitTold = true;
    await sleep(pauseMs * (0.5 + Math.random()));
  }
}

/**
 * Two waiters may find the same dead owner. Only the holder of the lock beside it takes its place, after another look:
 * else the slower one would remove the lock that the faster one has just taken. The lock beside it becomes the lock: so
 * whoever is killed on the way leaves it only beside a dead one, and both are the next one's to take over.
 */
async function takeOver({ path, token, deadline }: Taking, stale: string): Promise<boolean> {
  const beside = toBeside(path);
  await take({ path: beside, token, deadline }, undefined);
  try {
    if ((await readMark(path)) !== stale) return false;
    await rename(beside, path);
    return true;
  } finally {
    await release(beside, token);
  }
}

function toBeside(path: string): string {
  return `${path}.stale`;
}

/**
 * A waiter that came too late may have been killed with the lock beside this one, which nobody looks at who finds this one
 * free. To be called by the holder of this one: nobody takes its place then, so the other's doesn't matter to anybody.
 */
async function removeDead(beside: string): Promise<void> {
  const owner = fromToken((await readMark(beside)) ?? "");
  if (owner !== undefined && (await hasEnded(owner))) await rm(beside, { force: true });
}

async function release(path: string, token: string): Promise<void> {
  if ((await readMark(path)) === token) await unlink(path);
}

async function tryMark(path: string, token: string): Promise<boolean> {
  try {
    // Windows lets only administrators make symbolic links: there an exclusive file
    if (process.platform === "win32") await writeFile(path, token, { flag: "wx", mode: 0o600 });
    else await symlink(token, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function readMark(path: string): Promise<string | undefined> {
  try {
    return process.platform === "win32" ? await readRegularText(path) : await readlink(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    // Not a link: somebody else's file. Its "owner" never ends, so the wait runs out with a message that names it.
    if (hasCode(error, "EINVAL")) return "";
    throw error;
  }
}

function toToken(identity: ProcessId): string {
  const { host, boot, namespace, pid, start } = identity;
  const nonce = randomBytes(8).toString("hex");
  return [host, boot, namespace, String(pid), start, nonce].map(encodeURIComponent).join("&");
}

function fromToken(token: string): ProcessId | undefined {
  const fields = token.split("&");
  if (fields.length !== 6) return undefined;
  const [host, boot, namespace, pid, start] = fields.map(decodeField);
  if (host === undefined || boot === undefined || namespace === undefined) return undefined;
  if (pid === undefined || !/^[1-9]\d{0,9}$/.test(pid) || start === undefined) return undefined;
  return { host, boot, namespace, pid: Number(pid), start };
}

function decodeField(field: string): string | undefined {
  try {
    return decodeURIComponent(field);
  } catch {
    // Not one of ours; the caller treats it as an owner that can't be judged
    return undefined;
  }
}

function lockedError(path: string, owner: ProcessId | undefined): VaultboxError {
  const text = `cannot lock ${quoted(path)}: ${toHolder(owner)} holds it`;
  return new VaultboxError("VBX_FILE_LOCKED", text, {
    hints: ["wait for the other vaultbox command to end, and try again"],
  });
}

function toHolder(owner: ProcessId | undefined): string {
  return owner === undefined ? "an unknown owner" : `process ${owner.pid} on ${quoted(owner.host)}`;
}
