import { hideProxyPasswords } from "../../base/proxy-variables.ts";
import type { Engine } from "../engine.ts";
import { toBuildError } from "./build-failure.ts";
import { BuildTrace } from "./build-trace.ts";
import type { ImageOptions } from "./image-request.ts";
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { acquireLock } from "../../base/fs/lock.ts";

/** An image that is there already, or gets built. */
export interface WantedImage {
  readonly tag: string;
  /** For an error message: `the base image` */
  readonly what: string;
  /** What is said at once, before the build says something */
  readonly step: string;
  /** With which `image build` makes the same */
  readonly flags: readonly string[];
  /** What to do when it fails, whatever the cause */
  readonly otherHints?: readonly string[];
  readonly build: (onProgress: ImageOptions["onProgress"]) => Promise<void>;
}

/**
 * Makes sure that the image exists: one inspection when it does. Two processes that both miss it build it once; a tag
 * is set by the engine at the end of a build, so an interrupted one leaves none.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED
 */
export async function ensureImage(
  engine: Engine,
  image: WantedImage,
  options: ImageOptions,
): Promise<void> {
  if (options.rebuild !== true && (await engine.inspectImage(image.tag)) !== undefined) return;
  const begin = (): void => options.onProgress({ step: image.step, line: "" });
  begin();
  await using _lock = await lockBuild({ engine, ...image }, options);
  if (options.rebuild !== true && (await engine.inspectImage(image.tag)) !== undefined) return;
  begin();
  hideProxyPasswords(options.env);
  const trace = new BuildTrace(options.onProgress);
  try {
    await image.build(trace.onProgress);
  } catch (error) {
    const platform = await readPlatform(engine);
    throw toBuildError({ ...image, env: options.env, platform }, trace, error);
  }
}

/** As in `linux/amd64`; empty where the engine doesn't say. */
export async function readPlatform(engine: Engine): Promise<string> {
  try {
    return `linux/${(await engine.info()).architecture}`;
  } catch {
    // It's for a hint about a failure that is told in any case
    return "";
  }
}

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
