import { spawn } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { label } from "../../../src/engine/labels.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { type LoadClient, toLoadClient } from "../load-client.ts";
import type { BenchPlace, RunningTarget } from "../place.ts";
import { findEngineProcesses } from "../process-tree.ts";
import { openHome } from "../vaultbox-target.ts";

/** What the client in the sandbox is made of: the same files as on the host. */
const clientFiles = [
  "client-process.ts",
  "load-connection.ts",
  "measurement.ts",
  "paced-client.ts",
] as const;

/** Where a sandbox's clients find the proxy (src/sandbox/sandbox-network.ts). */
const proxyPort = 3128;
/** Images may have to be built first, ms. */
const startTimeoutMs = 600_000;

/** `vaultbox run` with a credential, and the load client as its command: what it sends goes over relay and link. */
export async function startSandboxed(
  place: BenchPlace,
  link: "unix" | "stdio",
): Promise<RunningTarget> {
  const name = `sandbox-${link}`;
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await openHome(place, { name, store: "age" }));
  const workspace = `${place.folder}/${name}`;
  await mkdir(workspace);
  for (const file of clientFiles) {
    await copyFile(join(import.meta.dirname, "..", file), join(workspace, file));
  }
  const run = [home.program, "run", "--link", link, "--quiet", ...home.flags];
  const child = spawn(process.execPath, [...run, "--", "node", "client-process.ts"], {
    cwd: workspace,
    env: home.env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const client = stack.use(toLoadClient(child));
  await untilReady(client);
  const relay = await findRelay(workspace);
  const owned = stack.move();
  return {
    name,
    client,
    address: { kind: "proxy", port: proxyPort },
    ca: undefined,
    injects: true,
    pids: [child.pid ?? 0, relay.pid],
    helpers: relay.engine,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function untilReady({ ready }: LoadClient): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, startTimeoutMs, new Error("the sandbox didn't start in time"));
  try {
    await Promise.race([ready, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The relay's process, and those of the engine that move what it writes and reads. */
async function findRelay(
  workspace: string,
): Promise<{ readonly pid: number; readonly engine: readonly number[] }> {
  const engine = await requireEngine();
  const containers = await engine.listContainers(`${label.workspace}=${workspace}`);
  const relay = containers.find(({ labels }) => labels[label.role] === "relay");
  if (relay === undefined) throw new Error("the sandbox has no relay");
  return { pid: relay.pid, engine: findEngineProcesses(relay.pid, "dockerd") };
}
