import type { Engine } from "../../src/engine/engine.ts";
import { ensureToolImage } from "../../src/engine/image/tool-image.ts";
import { requireBaseImage, testImageOptions } from "../support/require-engine.ts";
import type { Stack } from "./stack.ts";

/** The tag of the image that has what the clients need, built (some minutes) when what they need has changed. */
export async function ensureClientImage(
  engine: Engine,
  clients: readonly Stack[],
): Promise<string> {
  const tag = await requireBaseImage(engine);
  const tools = {
    packages: clients.flatMap(({ debian = [] }) => debian),
    npm: clients.flatMap(({ npm = [] }) => npm),
  };
  if (tools.packages.length + tools.npm.length === 0) return tag;
  return ensureToolImage(engine, { tag, flags: [], nodeFrom: undefined }, tools, testImageOptions);
}
