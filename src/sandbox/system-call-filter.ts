import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { EngineInfo } from "../engine/engine.ts";
import { toSeccompProfile } from "../engine/seccomp/seccomp-profile.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";

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
