import type { Engine } from "../engine.ts";
import { commandMark } from "./build-trace.ts";
import type { ImageOptions } from "./image-request.ts";

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
