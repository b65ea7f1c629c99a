import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { acquireLock } from "../../../base/fs/lock.ts";
import { once } from "../../../base/once.ts";
import { openSemaphore } from "../../../base/semaphore.ts";
import type { ObjectFormat } from "./bare-repository.ts";
import { findGit, type GitProgram } from "./git-program.ts";
import { maxCacheBytes, maxCachePacks, maxPushesAtOnce } from "./limits.ts";
import { makeObjectStore, type ObjectStore } from "./object-store.ts";
import { openPushInquiry, type PushInquiry } from "./push-inquiry.ts";
import { openQuarantine, removeDeadQuarantines } from "./quarantine.ts";
import { asUnproven } from "./unproven.ts";
import type { Upstream } from "./upstream.ts";

const quarantinesName = "incoming";
const lockName = "lock";

/** One push to look at. */
export interface PushToInspect {
  /** `https://host:port` */
  readonly origin: string;
  /** The repository's path at the origin */
  readonly repository: string;
  readonly objectFormat: ObjectFormat;
  readonly maxPackBytes: number;
  readonly checksObjects: boolean;
  readonly upstream: Upstream;
  /** Time of all questions together in `ms`; default `maxInquiryMs` */
  readonly patienceMs?: number;
}

/** What a session looks at pushes with. */
export interface GitCache {
  /**
   * Waits while `maxPushesAtOnce` others are looked at; disposing lets the next one in.
   * @throws VaultboxError VBX_GIT_UNUSABLE, VBX_FILE_LOCKED, VBX_PUSH_UNPROVEN
   */
  readonly open: (push: PushToInspect) => Promise<PushInquiry>;
}

/**
 * The host's caches of upstream histories, one for each repository, below `folder`. Sessions share them: what is in
 * them came from the upstream, never from a sandbox.
 */
export function openGitCache(folder: string): GitCache {
  let git: GitProgram | undefined;
  const prepare = once(async () => {
    git = await findGit();
    await mkdir(folder, { recursive: true, mode: 0o700 });
  });
  const enter = openSemaphore(maxPushesAtOnce);
  return {
    open: async (push) => {
      const leave = await enter();
      try {
        const inquiry = await asUnproven(async () => {
          await prepare();
          return await openPush(folder, git as GitProgram, push);
        });
        return {
          ...inquiry,
          [Symbol.asyncDispose]: async () => {
            try {
              await inquiry[Symbol.asyncDispose]();
            } finally {
              leave();
            }
          },
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

/**
 * Removes all caches, and what dead processes left. A push that needs its cache meanwhile is refused, not let through;
 * what it has taken in stays. Returns how many bytes were removed.
 */
export async function removeGitCaches(folder: string): Promise<number> {
  const before = await measure(folder);
  if ((await readNames(folder)).length === 0) return 0;
  {
    await using _lock = await acquireLock(join(folder, lockName));
    for (const name of await readdir(folder)) {
      if (/^[0-9a-f]{64}$/.test(name)) await rm(join(folder, name), { recursive: true });
    }
    await removeDeadQuarantines(join(folder, quarantinesName));
  }
  return before.bytes - (await measure(folder)).bytes;
}

async function openPush(
  folder: string,
  git: GitProgram,
  push: PushToInspect,
): Promise<PushInquiry> {
  const key = JSON.stringify([push.origin, push.repository, push.objectFormat]);
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
  return openPushInquiry({ ...push, git, stopping, quarantine, history, snapshots });
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
  for (const name of await readNames(folder)) {
    // Another process may remove it meanwhile
    const info = await lstat(join(folder, name)).catch(() => undefined);
    if (info?.isFile() === true) bytes += info.size;
    if (name.endsWith(".pack")) packs += 1;
  }
  return { bytes, packs };
}

async function readNames(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
