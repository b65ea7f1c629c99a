import { mkdtemp, rm } from "node:fs/promises";
import { spawn } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { requireEngine } from "../../support/require-engine.ts";
import { openRewritingEngine } from "./rewriting-engine.ts";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import {
  countOnEngine,
  createWorld,
  untilClosed,
  untilOutput,
} from "../../support/sandbox-world.ts";

/** The engine behind a socket that can go away, or stop to answer. */
interface LooseEngine extends AsyncDisposable {
  readonly dockerHost: string;
  readonly lose: () => void;
  readonly freeze: () => void;
  /** From now on it's lost when it's asked for this, `DELETE ` */
  readonly loseAt: (request: string) => void;
}

async function createLooseEngine(): Promise<LooseEngine> {
  const { endpoint } = await requireEngine();
  const folder = await mkdtemp(join(tmpdir(), "vbe-"));
  const path = join(folder, "e.sock");
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  };
  let last: string | undefined;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: endpoint.replace(/^unix:\/\//, ""), allowHalfOpen: true });
    track(client);
    track(engine);
    client.on("data", (chunk: Buffer) => {
      if (last !== undefined && chunk.toString("latin1").startsWith(last)) lose();
    });
    client.pipe(engine);
    engine.pipe(client);
    client.on("close", () => engine.destroy());
    engine.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const lose = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const freeze = (): void => {
    server.removeAllListeners("connection").on("connection", track);
    for (const socket of sockets) socket.unpipe().pause();
  };
  const loseAt = (request: string): void => void (last = request);
  const dispose = async (): Promise<void> => {
    lose();
    await rm(folder, { recursive: true, force: true });
  };
  return { dockerHost: `unix://${path}`, lose, freeze, loseAt, [Symbol.asyncDispose]: dispose };
}

function startRun(
  world: { home: string; workspace: string },
  dockerHost: string,
  flags: readonly string[] = [],
  then = "exec sleep 30",
) {
  const args = ["run", ...flags, "--", "sh", "-c", `echo ready; ${then}`];
  const env = { HOME: world.home, DOCKER_HOST: dockerHost };
  const child = spawn(process.execPath, [cliPath, ...args], {
    cwd: world.workspace,
    env: cliEnvironment(world.home, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said };
}

test("an engine that goes away in the middle is an error of the engine, not a bug, and the next run cleans up", async () => {
  await using world = await createWorld();
  await using engine = await createLooseEngine();
  const { child, said } = startRun(world, engine.dockerHost);
  await untilOutput(child, "ready");
  engine.lose();
  expect([1, 125]).toContain(await untilClosed(child));
  expect(said()).toContain("cannot wait for the container");
  expect(said()).toContain("the command may still run, and what it left was not looked at");
  expect(said()).not.toContain("bug");
  expect(await countOnEngine(world.workspace)).toBeGreaterThan(0);
  const sameHome = { VAULTBOX_HOME: join(world.home, "vaultbox") };
  const next = await world.run(["run", "--", "true"], { env: sameHome });
  expect(next.stderr).toContain("removed what 1 session(s) that died had left");
  expect(await countOnEngine(world.workspace)).toBe(0);
}, 60_000);

test.each([
  ["in words", [], "disabled: s/.git sets core.fsmonitor"],
  ["in JSON", ["--json"], '"change":"disabled"'],
])(
  "what the sandbox left is told %s though its containers can't be removed, and the command's status stands",
  async (_, flags, told) => {
    const leave =
      "git init -q s; git -C s config core.fsmonitor ./x; echo x >.envrc; sleep 2; exit 3";
    await using world = await createWorld();
    await using engine = await createLooseEngine();
    const { child, said } = startRun(world, engine.dockerHost, flags, leave);
    await untilOutput(child, "ready");
    engine.loseAt("DELETE ");
    expect(await untilClosed(child)).toBe(3);
    expect(said()).toContain(told);
    expect(said()).toContain("cannot remove the container");
    expect(said()).toContain("the next run removes what is left of this session");
    const sameHome = { VAULTBOX_HOME: join(world.home, "vaultbox") };
    expect(await countOnEngine(world.workspace)).toBeGreaterThan(0);
    await world.run(["prune"], { env: sameHome });
    expect(await countOnEngine(world.workspace)).toBe(0);
  },
  60_000,
);

test("an engine that doesn't answer any more holds nobody for ever: a third signal ends the session", async () => {
  await using world = await createWorld();
  await using engine = await createLooseEngine();
  const { child, said } = startRun(world, engine.dockerHost);
  await untilOutput(child, "ready");
  engine.freeze();
  child.kill("SIGINT");
  await sleep(2000);
  child.kill("SIGINT");
  await sleep(500);
  // Three in a hurry are a person's impatience
  child.kill("SIGINT");
  await sleep(500);
  expect(child.exitCode).toBeNull();
  await sleep(3000);
  child.kill("SIGINT");
  expect(await untilClosed(child)).toBe(130);
  expect(said()).toContain("to remove what is left: vaultbox prune");
}, 60_000);

test("one SIGTERM ends a session whose engine doesn't answer, and says what may go on", async () => {
  await using world = await createWorld();
  await using engine = await createLooseEngine();
  const { child, said } = startRun(world, engine.dockerHost);
  await untilOutput(child, "ready");
  engine.freeze();
  child.kill("SIGTERM");
  expect(await untilClosed(child)).toBe(143);
  expect(said()).toContain(
    "gave up waiting; the sandbox may still run, and write in the workspace; to remove what is left: vaultbox prune",
  );
}, 60_000);

test("when the time is up and the engine doesn't answer, the sandbox's way out ends with the session", async () => {
  await using world = await createWorld();
  await using engine = await createLooseEngine();
  const { child, said } = startRun(world, engine.dockerHost, ["--timeout", "3s"]);
  await untilOutput(child, "ready");
  engine.freeze();
  expect(await untilClosed(child)).toBe(124);
  expect(said()).toContain("gave up waiting");
}, 60_000);

test("a run whose container can't be started ends, though the engine keeps its attachments open", async () => {
  await using world = await createWorld();
  const path = join(world.workspace, "..", `vbx-unstarted-${process.pid}.sock`);
  const { endpoint } = await requireEngine();
  const socket = endpoint.replace(/^unix:\/\//, "");
  // Not waited for: the real engine never closes an attachment of a container that was never started
  const unstarting = await openRewritingEngine(path, socket, { request: ["/start", "/never"] });
  onTestFinished(() => void unstarting[Symbol.asyncDispose]());
  const env = { DOCKER_HOST: `unix://${path}` };
  const ended = await world.run(["run", "--", "true"], { env, timeoutMs: 30_000 });
  expect(ended.stderr).toContain("cannot start the container");
  expect(ended.status).toBe(125);
  expect(await countOnEngine(world.workspace)).toBe(0);
}, 60_000);
