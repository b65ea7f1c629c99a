import { isVaultboxError, VaultboxError } from "../../base/errors.ts";
import type { Engine } from "../engine.ts";
import { toFailure } from "./build-failure.ts";
import { BuildTrace, commandMark } from "./build-trace.ts";
import { readPlatform } from "./ensure-image.ts";
import type { ImageOptions } from "./image-request.ts";

/** An image of the user's own, as it was found. */
export interface OwnImage {
  /** As the user names it */
  readonly name: string;
  readonly id: string;
  /** `USER` of the image */
  readonly user: string;
}

/**
 * As docker run does: an image that isn't there is pulled.
 * @throws VaultboxError VBX_IMAGE_MISSING, VBX_USAGE
 */
export async function findOwnImage(
  engine: Engine,
  name: string,
  options: ImageOptions,
): Promise<OwnImage> {
  const facts = (await engine.inspectImage(name)) ?? (await pull(engine, name, options));
  return { name, id: facts?.id ?? name, user: facts?.user ?? "" };
}

async function pull(engine: Engine, name: string, { env, onProgress }: ImageOptions) {
  const trace = new BuildTrace(onProgress);
  try {
    await pullImage(engine, name, trace.onProgress);
    return await engine.inspectImage(name);
  } catch (error) {
    if (!isVaultboxError(error, "VBX_ENGINE_FAILED")) throw error;
    trace.see(error.message);
    const platform = await readPlatform(engine);
    const hints = trace.cause?.toHints(toFailure({ flags: [], env, platform }, trace, error)) ?? [];
    throw new VaultboxError("VBX_IMAGE_MISSING", error.message, {
      hints: [
        ...hints.slice(0, 1),
        "check its name; those that this engine has: docker images",
        "without --image, vaultbox builds and uses its own",
      ],
      cause: error,
    });
  }
}

/** Pulls an image as docker pull does; the engine sends no login of the user's. */
export async function pullImage(
  engine: Engine,
  image: string,
  onProgress: ImageOptions["onProgress"],
): Promise<void> {
  const step = `pulling the image ${image}`;
  onProgress({ step, line: `${commandMark}docker pull ${image}` });
  await engine.pullImage(image, (line) => onProgress({ step, line }));
}
