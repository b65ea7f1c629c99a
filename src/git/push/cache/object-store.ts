import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/fs/atomic-write.ts";
import { acquireLock } from "../../../base/fs/lock.ts";
import { makeBareRepository } from "./bare-repository.ts";
import { isObjectId, type ObjectFormat } from "../../wire/object-id.ts";
import type { GitProgram } from "./git-process.ts";
import { maxFetchedBytes } from "./limits.ts";
import { takeInPack } from "./pack-intake.ts";
import { openQuarantine } from "./quarantine.ts";
import type { FetchedPack } from "./upstream.ts";
import { UpstreamUnusable } from "./unproven.ts";
import { readRegularText } from "../../../base/fs/regular-file.ts";

/** A bare repository of objects that came from the upstream, and the ids that it's complete for. */
export interface ObjectStore {
  readonly git: GitProgram;
  readonly format: ObjectFormat;
  readonly signal: AbortSignal;
  readonly repository: string;
  /** Folder for packs that are still coming in; on the same file system */
  readonly quarantines: string;
  /** Held while stores are removed or made anew, and while a pack is put into one */
  readonly lock: string;
}

const completeFile = "complete";
/** Tells a store from the one that was at the same place before it. */
const generationFile = "generation";

/** Ids remembered at most; the oldest are forgotten, and would be fetched again. */
const maxRemembered = 4096;

/** Makes it where it isn't yet; what is there stays. */
export async function makeObjectStore(store: ObjectStore): Promise<void> {
  await mkdir(store.quarantines, { recursive: true, mode: 0o700 });
  await makeBareRepository(store.repository, store.format);
  const token = randomBytes(16).toString("hex");
  await writeFile(join(store.repository, generationFile), token, { flag: "wx" }).catch(
    (error: unknown) => {
      if (!hasCode(error, "EEXIST")) throw error;
    },
  );
}

async function readGeneration({ repository }: ObjectStore): Promise<string | undefined> {
  return await readRegularText(join(repository, generationFile)).catch(() => undefined);
}

/** What the store is complete for, the newest last. */
export async function readComplete(store: ObjectStore): Promise<readonly string[]> {
  try {
    const text = await readRegularText(join(store.repository, completeFile));
    return text.split("\n").filter((line) => isObjectId(line, store.format));
  } catch {
    // Nothing was fetched yet; or it can't be read, and what it says is fetched again
    return [];
  }
}

/**
 * Takes a pack from the upstream in, once `isComplete` says so of a repository that holds only the pack. Two processes
 * that do so at the same time do no harm: packs are named by their content, and a forgotten id is fetched again. When the
 * store was made anew meanwhile, what the pack builds on is gone, and so the pack isn't kept.
 * @throws UpstreamUnusable
 */
export async function addPack(
  store: ObjectStore,
  pack: FetchedPack,
  proof: {
    readonly ids: readonly string[];
    readonly isComplete: (repository: string) => Promise<boolean>;
  },
): Promise<void> {
  const generation = await readGeneration(store);
  await using quarantine = await openQuarantine(store.quarantines, store.format);
  const place = { ...store, repository: quarantine.repository };
  const source = { next: pack.next, maxBytes: maxFetchedBytes, checksObjects: false };
  const intake = await takeInPack(place, source);
  if (intake.type !== "taken") {
    const why =
      intake.type === "refused" ? intake.why : `it's longer than ${maxFetchedBytes} bytes`;
    throw new UpstreamUnusable(`the upstream's history can't be used: ${why}`);
  }
  if (!(await proof.isComplete(quarantine.repository))) {
    throw new UpstreamUnusable("the upstream's history can't be used: it isn't complete");
  }
  await using _lock = await acquireLock(store.lock);
  if (generation === undefined || generation !== (await readGeneration(store))) {
    throw new UpstreamUnusable("its cache was removed meanwhile");
  }
  await movePacks(quarantine.repository, store.repository);
  const proven = new Set(proof.ids);
  const known = (await readComplete(store)).filter((id) => !proven.has(id));
  const remembered = [...known, ...proven].slice(-maxRemembered);
  await writeFileAtomic(join(store.repository, completeFile), `${remembered.join("\n")}\n`);
}

/** The index last: git sees a pack when it sees its index. */
async function movePacks(from: string, to: string): Promise<void> {
  const names = (await readdir(join(from, "objects", "pack"))).filter((name) =>
    /^pack-[0-9a-f]+\.(?:pack|rev|idx)$/.test(name),
  );
  const inOrder = [...names].sort((a, b) => Number(a.endsWith("idx")) - Number(b.endsWith("idx")));
  for (const name of inOrder) {
    await rename(join(from, "objects", "pack", name), join(to, "objects", "pack", name));
  }
}
