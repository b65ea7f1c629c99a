import type { ContainerSpec, CreatedContainer, Engine } from "../engine/engine.ts";

/**
 * Creates a container and puts its removal on `stack`. When that fails too, because the answer of the engine was lost,
 * the container may have been made all the same: it's looked for by its name.
 * @throws VaultboxError VBX_IMAGE_MISSING, VBX_ENGINE_FAILED
 */
export async function createSessionContainer(
  engine: Engine,
  spec: ContainerSpec,
  stack: AsyncDisposableStack,
): Promise<CreatedContainer> {
  try {
    const container = await engine.createContainer(spec);
    stack.defer(() => container.remove());
    return container;
  } catch (error) {
    stack.defer(async () => {
      const made = await engine.findContainer(spec.name);
      await made?.remove();
    });
    throw error;
  }
}
