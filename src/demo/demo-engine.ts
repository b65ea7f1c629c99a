import { applyEngineSetup, planEngineSetup, type EngineSetup } from "../engine/set-up-engine.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { label } from "../engine/labels.ts";

/** The engine that the demo works on. Disposing ends it if the demo started it by hand, and leaves any other alone. */
export type DemoEngine = AsyncDisposable;

/**
 * Makes sure that an engine answers; asks before it installs or starts one.
 * @throws VaultboxError VBX_ENGINE_UNREACHABLE, VBX_HOST_COMMAND_FAILED, VBX_CANCELLED
 */
export async function openDemoEngine(options: {
  readonly confirm: (question: string) => Promise<void>;
  readonly onLine: (line: string) => void;
}): Promise<DemoEngine> {
  const { confirm, onLine } = options;
  const setup = await planEngineSetup(process.env);
  const question = toQuestion(setup);
  if (question !== undefined) {
    onLine(question);
    await confirm("go on?");
  }
  const started = await applyEngineSetup(setup, process.env, { onLine });
  if (started !== undefined) {
    onLine(`it is stopped at the end of the demo; to stop it before: kill ${started.pid}`);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if (started === undefined) return;
      onLine(`stopping the container engine that the demo started, pid ${started.pid}`);
      await started.stop();
    },
  };
}

/** What would be changed on this machine, or undefined for nothing. */
function toQuestion(setup: EngineSetup): string | undefined {
  const { packages, starts } = setup;
  const steps = [
    ...(packages.length === 0 ? [] : [`install ${packages.join(", ")} with apt-get`]),
    ...(starts ? ["start a container engine"] : []),
  ];
  return steps.length === 0 ? undefined : `the demo has to ${steps.join(" and ")}`;
}

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
