import { hideProxyPasswords } from "../../host-proxy.ts";
import type { Engine } from "../engine.ts";
import { lockBuild } from "./build-lock.ts";
import { BuildTrace } from "./build-trace.ts";
import type { ImageOptions } from "./image-request.ts";

/** An image that is there already, or gets built. */
export interface WantedImage {
  readonly tag: string;
  /** For an error message: `the base image` */
  readonly what: string;
  /** What is said at once, before the build says something */
  readonly step: string;
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
    throw trace.toError(image, error);
  }
}
