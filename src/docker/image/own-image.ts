import { isVaultboxError, VaultboxError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { BuildTrace } from "./build-trace.ts";
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
  const facts =
    (await engine.inspectImage(name)) ??
    (await pull(engine, name, new BuildTrace(options.onProgress).onProgress));
  return { name, id: facts?.id ?? name, user: facts?.user ?? "" };
}

async function pull(engine: Engine, image: string, onProgress: ImageOptions["onProgress"]) {
  const step = `pulling the image ${image}`;
  try {
    onProgress({ step, line: "" });
    await engine.pullImage(image, (line) => onProgress({ step, line }));
    return await engine.inspectImage(image);
  } catch (error) {
    if (!isVaultboxError(error, "VBX_ENGINE_FAILED")) throw error;
    throw new VaultboxError("VBX_IMAGE_MISSING", error.message, {
      hints: [
        "check its name; those that this engine has: docker images",
        "without --image, vaultbox builds and uses its own",
      ],
      cause: error,
    });
  }
}
