import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectEngine } from "../../src/engine/connect-engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { pingEngine } from "../../src/engine/find-engine.ts";

/** A second engine beside the machine's, empty: what a test removes there is nobody else's. */
export interface OwnEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly socket: string;
  readonly env: Readonly<Record<string, string>>;
}

const startTimeoutMs = 30_000;

/** Starts Docker's engine as root with a storage, socket and containerd of its own, and without a network. */
export async function startOwnEngine(): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-engine-"));
  const socket = join(folder, "docker.sock");
  const places = {
    "--data-root": join(folder, "data"),
    "--exec-root": join(folder, "exec"),
    "--pidfile": join(folder, "pid"),
    "--host": `unix://${socket}`,
    "--containerd-namespace": "vaultbox-test",
    "--containerd-plugins-namespace": "vaultbox-test-plugins",
  };
  const network = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"];
  // In a network namespace of its own: an engine without a bridge removes the `docker0` that it finds, the machine's
  const args = ["--net", "dockerd", ...Object.entries(places).flat(), ...network];
  const child = spawn("unshare", args, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log = `${log}${chunk.toString()}`.slice(-4000)));
  const ended = once(child, "exit");
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  await untilAnswering(socket, () => log);
  const env = { DOCKER_HOST: `unix://${socket}` };
  const engine = await connectEngine({ ...process.env, ...env });
  const owned = stack.move();
  return { engine, socket, env, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function untilAnswering(path: string, readLog: () => string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    if ((await pingEngine({ kind: "socket", path })).answers) return;
    await sleep(50);
  }
  throw new Error(`the second engine doesn't answer:\n${readLog()}`);
}

/** Builds an image; `busybox` is there to be copied. */
export async function buildOn(
  engine: Engine,
  tag: string,
  lines: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const dockerfile = { path: "Dockerfile", content: `${lines.join("\n")}\n` };
  const busybox = { path: "busybox", content: await readFile("/bin/busybox"), mode: 0o755 };
  await engine.buildImage({
    files: [dockerfile, busybox],
    tag,
    buildArgs: {},
    labels,
    onLine: () => undefined,
  });
}
