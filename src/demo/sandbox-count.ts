import { connectEngine } from "../engine/connect-engine.ts";
import { label } from "../engine/labels.ts";

/** What the engine has of the sandboxes of one workspace. */
export interface SandboxCount {
  readonly containers: number;
  readonly volumes: number;
}

/** @throws VaultboxError VBX_ENGINE_UNREACHABLE, VBX_ENGINE_FAILED */
export async function countSandbox(workspace: string): Promise<SandboxCount> {
  const engine = await connectEngine(process.env);
  const mark = `${label.workspace}=${workspace}`;
  const [containers, volumes] = await Promise.all([
    engine.listContainers(mark),
    engine.listVolumes(mark),
  ]);
  return { containers: containers.length, volumes: volumes.length };
}
