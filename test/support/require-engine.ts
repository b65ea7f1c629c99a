import { tmpdir } from "node:os";
import { connectEngine } from "../../src/engine/connect-engine.ts";
import { ensureBaseImage } from "../../src/engine/image/base-image.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { ImageOptions } from "../../src/engine/image/image-request.ts";

/** The engine that tests use; they never skip, they fail with what to do. */
export async function requireEngine(): Promise<Engine> {
  try {
    return await connectEngine(process.env);
  } catch (error) {
    const command = "node test/engine/with-engine.ts npx vitest run --project e2e";
    throw new Error(`this test needs a container engine; start Docker, or: ${command}`, {
      cause: error,
    });
  }
}

/** For `ensure…Image` in tests: the locks are the product's own, nothing printed. */
export const testImageOptions: ImageOptions = {
  env: process.env,
  lockFolder: tmpdir(),
  onProgress: () => undefined,
};

/** The base image, built if it is missing (a minute; `npm test` builds it before the tests start). */
export async function requireBaseImage(engine: Engine): Promise<string> {
  return await ensureBaseImage(engine, testImageOptions);
}
