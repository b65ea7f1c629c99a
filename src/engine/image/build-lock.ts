import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { acquireLock } from "../../base/fs/lock.ts";
import type { Engine } from "../engine.ts";
import type { ImageOptions } from "./image-request.ts";

/** How long to wait for another process that builds the same image, in milliseconds */
const buildWaitMs = 30 * 60_000;

/** What is built where. */
interface Build {
  readonly engine: Pick<Engine, "endpoint">;
  readonly tag: string;
  /** For people: `the base image` */
  readonly what: string;
}

/**
 * Takes the right to build an image on an engine, and says at once for whom it waits. All processes of this user on this
 * machine take turns, whatever VAULTBOX_HOME they have; of others two may build the same, which harms nothing but the time.
 * @throws VaultboxError VBX_FILE_LOCKED
 */
export async function lockBuild(
  { engine, tag, what }: Build,
  { lockFolder, onProgress }: Pick<ImageOptions, "lockFolder" | "onProgress">,
): Promise<AsyncDisposable> {
  const user = process.getuid?.() ?? "";
  const hash = createHash("sha256").update(`${user} ${engine.endpoint} ${tag}`).digest("hex");
  const path = join(lockFolder, `vaultbox-build-${hash.slice(0, 16)}.lock`);
  if (await isOfOthers(path)) return { [Symbol.asyncDispose]: async () => undefined };
  const onWait = (holder: string): void =>
    onProgress({ step: `waiting for ${holder}, which builds ${what}`, line: "" });
  return await acquireLock(path, { timeoutMs: buildWaitMs, onWait });
}

/** In a folder that everybody can write in, whoever wants to hold a build up could make the lock first. */
async function isOfOthers(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => undefined);
  return facts !== undefined && process.getuid !== undefined && facts.uid !== process.getuid();
}
