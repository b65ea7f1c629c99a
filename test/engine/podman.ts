import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pingEngine } from "../../src/engine/find-engine.ts";
import { runInherited } from "./run-inherited.ts";
import { say } from "./test-machine.ts";

const startTimeoutMs = 30_000;

/** Podman's API service; disposing ends it and removes all that it stored. */
export interface PodmanService extends AsyncDisposable {
  /** In which it's the engine, and the machine's other one has the bridge */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts a second engine beside the machine's, as root, with a storage of its own.
 * @param images tags of the machine's engine, which it gets too
 */
export async function startPodman(
  machine: NodeJS.ProcessEnv,
  images: readonly string[],
): Promise<PodmanService> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-podman-"));
  const configuration = join(folder, "containers.conf");
  // No journal and no systemd here
  await writeFile(configuration, '[engine]\nevents_logger = "file"\n');
  const places = ["--root", join(folder, "root"), "--runroot", join(folder, "run")];
  // runc, which dockerd uses too: crun works with cgroup 2 only
  const how = ["--runtime", "runc", "--cgroup-manager", "cgroupfs", "--storage-driver", "overlay"];
  const socket = join(folder, "podman.sock");
  const env = { ...machine, CONTAINERS_CONF: configuration };
  await mkdir(join(folder, "run"));
  const service = spawn(
    "podman",
    [...places, ...how, "system", "service", "--time", "0", `unix://${socket}`],
    { env, stdio: ["ignore", "ignore", "ignore"] },
  );
  const ended = once(service, "exit");
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    service.kill();
    await ended;
    // Layers are mounted in there until their containers are gone
    await runInherited({ file: "podman", args: [...places, ...how, "unmount", "--all"], env });
    await rm(folder, { recursive: true, force: true });
  });
  await untilAnswering(socket);
  say(`podman answers; to stop it before the run ends: kill ${service.pid}`);
  const load = `docker save ${images.join(" ")} | podman "$@" load --quiet`;
  const args = ["-c", load, "sh", ...places, ...how];
  if ((await runInherited({ file: "sh", args, env })) !== 0) throw new Error("podman load failed");
  const owned = stack.move();
  return {
    env: {
      ...machine,
      DOCKER_HOST: `unix://${socket}`,
      VAULTBOX_TEST_BRIDGED_ENGINE: machine["DOCKER_HOST"] ?? "unix:///var/run/docker.sock",
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function untilAnswering(path: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    if ((await pingEngine({ kind: "socket", path })).answers) return;
    await sleep(100);
  }
  throw new Error("podman doesn't answer");
}
