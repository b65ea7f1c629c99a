import type { ContainerSpec, CreatedContainer, Engine, EngineInfo } from "../engine/engine.ts";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { toSeccompProfile } from "../engine/seccomp/seccomp-profile.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";

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

/**
 * The profile of a session's containers as its engine takes it. Podman reads a file where Docker reads JSON
 * (podman issue 27710), so its one lies in the session's own folder, which goes with the session.
 */
export async function resolveSeccomp(
  { flavour }: Pick<EngineInfo, "flavour">,
  directory: string,
): Promise<string> {
  const profile = toSeccompProfile();
  if (flavour !== "podman") return profile;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "seccomp.json");
  await writeFileAtomic(path, profile);
  return path;
}
