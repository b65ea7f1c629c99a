import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { acquireLock } from "../../../base/fs/lock.ts";
import { once } from "../../../base/once.ts";
import { openSemaphore } from "../../../base/semaphore.ts";
import type { GitProgram } from "./git-process.ts";
import { findGit } from "./git-program.ts";
import { maxCacheBytes, maxCachePacks, maxPushesAtOnce } from "./limits.ts";
import { makeObjectStore, type ObjectStore } from "./object-store.ts";
import { openPushInquiry, type PushInquiry } from "./push-inquiry.ts";
import type { InspectedPush, PushStores } from "./push-knowledge.ts";
import { openQuarantine, readNames, removeDeadQuarantines } from "./quarantine.ts";

const quarantinesName = "incoming";
const lockName = "lock";

/** What a session looks at pushes with. */
export interface GitCache {
  /** The first question waits while `maxPushesAtOnce` others are looked at; disposing lets the next one in. */
  readonly open: (push: InspectedPush) => PushInquiry;
}

/**
 * The host's caches of upstream histories, one for each repository, below `folder`. Sessions share them: what is in
 * them came from the upstream, never from a sandbox.
 */
export function openGitCache(folder: string): GitCache {
  const prepare = once(async () => {
    const git = await findGit();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return git;
  });
  const enter = openSemaphore(maxPushesAtOnce);
  const openStores = async (push: InspectedPush): Promise<PushStores> => {
    await using stack = new AsyncDisposableStack();
    stack.defer(await enter());
    const stores = await makeStores(folder, push, await prepare());
    stack.use(stores.quarantine);
    stack.defer(() => stores.stopping.abort());
    const kept = stack.move();
    return { ...stores, close: () => kept.disposeAsync() };
  };
  return { open: (push) => openPushInquiry(push, () => openStores(push)) };
}

/**
 * Removes all caches, and what dead processes left. A push that needs its cache meanwhile is refused, not let through;
 * what it has taken in stays. Returns how many bytes were removed.
 */
export async function removeGitCaches(folder: string): Promise<number> {
  const before = await measure(folder);
  if ((await readNames(folder, { recursive: true })).length === 0) return 0;
  {
    await using _lock = await acquireLock(join(folder, lockName));
    for (const name of await readdir(folder)) {
      if (/^[0-9a-f]{64}$/.test(name)) await rm(join(folder, name), { recursive: true });
    }
    await removeDeadQuarantines(join(folder, quarantinesName));
  }
  return before.bytes - (await measure(folder)).bytes;
}

async function makeStores(folder: string, push: InspectedPush, git: GitProgram) {
  const key = JSON.stringify([push.origin, push.path, push.objectFormat]);
  const place = join(folder, createHash("sha256").update(key).digest("hex"));
  const quarantines = join(folder, quarantinesName);
  const stopping = new AbortController();
  const lock = join(folder, lockName);
  const base = { git, format: push.objectFormat, signal: stopping.signal, quarantines, lock };
  const history: ObjectStore = { ...base, repository: join(place, "history") };
  const snapshots: ObjectStore = { ...base, repository: join(place, "snapshots") };
  await mkdir(place, { recursive: true, mode: 0o700 });
  await removeDeadQuarantines(quarantines);
  {
    await using _lock = await acquireLock(lock);
    for (const store of [history, snapshots]) await renew(store);
  }
  const quarantine = await openQuarantine(quarantines, push.objectFormat);
  return { git, stopping, quarantine, history, snapshots };
}

/** A store that has grown too much begins anew: it can be fetched again. */
async function renew(store: ObjectStore): Promise<void> {
  const { bytes, packs } = await measure(store.repository);
  if (bytes > maxCacheBytes || packs > maxCachePacks) {
    const old = `${store.repository}.old`;
    await rm(old, { recursive: true, force: true });
    await rename(store.repository, old);
    await rm(old, { recursive: true, force: true });
  }
  await makeObjectStore(store);
}

async function measure(folder: string): Promise<{ bytes: number; packs: number }> {
  let bytes = 0;
  let packs = 0;
  for (const name of await readNames(folder, { recursive: true })) {
    // Another process may remove it meanwhile
    const info = await lstat(join(folder, name)).catch(() => undefined);
    if (info?.isFile() === true) bytes += info.size;
    if (name.endsWith(".pack")) packs += 1;
  }
  return { bytes, packs };
}
