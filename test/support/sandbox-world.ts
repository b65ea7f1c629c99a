import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { label } from "../../src/engine/labels.ts";
import { requireEngine } from "./require-engine.ts";
import { cliEnvironment, cliPath, runCli, type CliOptions, type CliResult } from "./run-cli.ts";

/** A home and a workspace of its own, so that tests don't see each other's sessions. */
export interface SandboxWorld extends AsyncDisposable {
  readonly home: string;
  readonly workspace: string;
  readonly run: (args: readonly string[], options?: CliOptions) => Promise<CliResult>;
  /** A command line that the test ends itself */
  readonly spawn: (args: readonly string[]) => ChildProcess;
}

/** @param owner uid and gid of the workspace, which the sandbox runs as */
export async function createWorld(owner = 0): Promise<SandboxWorld> {
  const folder = await mkdtemp(join(tmpdir(), "vbs-"));
  const home = join(folder, "home");
  const workspace = await mkdtemp(join(tmpdir(), "vbw-"));
  await chown(workspace, owner, owner);
  const env = { HOME: home, VAULTBOX_HOME: join(folder, "v") };
  const children: ChildProcess[] = [];
  return {
    home,
    workspace,
    run: (args, options = {}) =>
      runCli(args, {
        cwd: workspace,
        timeoutMs: 120_000,
        ...options,
        env: { ...env, ...options.env },
      }),
    spawn: (args) => {
      const child = spawn(process.execPath, [cliPath, ...args], {
        cwd: workspace,
        env: cliEnvironment(home, env),
        stdio: ["ignore", "pipe", "pipe"],
      });
      children.push(child);
      return child;
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
      await removeOwn(workspace);
      await rm(folder, { recursive: true, force: true });
      await rm(workspace, { recursive: true, force: true });
    },
  };
}

/** How many containers and volumes the sessions of a workspace have on the engine. */
export async function countOnEngine(workspace: string): Promise<number> {
  const engine = await requireEngine();
  const own = `${label.workspace}=${workspace}`;
  const [containers, volumes] = await Promise.all([
    engine.listContainers(own),
    engine.listVolumes(own),
  ]);
  return containers.length + volumes.length;
}

/** Only what this world made: `prune` would also remove what another test has just orphaned on purpose. */
async function removeOwn(workspace: string): Promise<void> {
  const engine = await requireEngine();
  const own = `${label.workspace}=${workspace}`;
  for (const { id } of await engine.listContainers(own)) {
    await (await engine.findContainer(id))?.remove();
  }
  for (const { name } of await engine.listVolumes(own)) await engine.removeVolume(name);
}

/** Waits until the child has written the text to stdout; rejects when it ends first. */
export async function untilOutput(child: ChildProcess, text: string): Promise<void> {
  let seen = "";
  const ended = once(child, "close").then(() => {
    throw new Error(`it ended without ${JSON.stringify(text)}; so far: ${seen}`);
  });
  const found = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
    });
  });
  await Promise.race([found, ended]);
}

/** Exit status, 128 + n after signal n. */
export async function untilClosed(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, "close")) as [number | null];
  return code;
}
