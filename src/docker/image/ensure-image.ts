import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { acquireLock } from "../../files/lock.ts";
import { hideProxyPasswords } from "../../host-proxy.ts";
import type { Engine } from "../engine.ts";
import { BuildTrace } from "./build-trace.ts";
import type { ImageOptions } from "./image-request.ts";

/** How long to wait for another process that builds the same image, in milliseconds */
const buildWaitMs = 30 * 60_000;

/** An image that is there already, or gets built. */
export interface WantedImage {
  readonly tag: string;
  /** For an error message: `the base image` */
  readonly what: string;
  /** With which `image build` makes the same */
  readonly flags: readonly string[];
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
  await mkdir(options.stateFolder, { recursive: true, mode: 0o700 });
  const lockPath = join(options.stateFolder, `build-${image.tag.replace(/[^a-z0-9]/g, "-")}.lock`);
  await using _lock = await acquireLock(lockPath, { timeoutMs: buildWaitMs });
  if (options.rebuild !== true && (await engine.inspectImage(image.tag)) !== undefined) return;
  hideProxyPasswords(options.env);
  const trace = new BuildTrace(options.onProgress);
  try {
    await image.build(trace.onProgress);
  } catch (error) {
    throw trace.toError(image, error);
  }
}
