import { once } from "node:events";
import { type Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { connectEngine } from "../../../src/engine/connect-engine.ts";
import { createContainer } from "../../../src/engine/create-container.ts";
import { openEngineApi } from "../../../src/engine/engine-api.ts";
import type { ContainerSpec } from "../../../src/engine/engine.ts";
import type { FakeAnswer } from "../../support/fake-engine.ts";
import { startFakeEngine } from "../../support/fake-engine.ts";

const spec: ContainerSpec = {
  name: "box",
  image: "no-such-image",
  entrypoint: [],
  command: ["true"],
  env: { TOKEN_PLACEHOLDER: "not-in-the-url" },
  labels: {},
  workingDir: "/",
  user: "1:1",
  network: "none",
  dns: [],
  binds: [],
  volumes: [],
  tmpfs: {},
  seccomp: "{}",
  readOnlyRoot: true,
  memoryBytes: 1e8,
  cpus: 1,
  pids: 10,
  init: true,
  tty: false,
  autoRemove: false,
};

async function connectFake(answer: FakeAnswer) {
  const { env } = await startFakeEngine(answer);
  return await connectEngine(env);
}

function answerJson(status: number, body: unknown): FakeAnswer {
  return (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
}

test("The engine's own message is in the error, without control characters", async () => {
  const engine = await connectFake(answerJson(500, { message: "no space\u001b[2J left" }));
  await expect(engine.createContainer(spec)).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: 'cannot create the container "box": the engine says: no space\\x1b[2J left',
  });
});

test("A missing image is told from other things that are missing", async () => {
  const engine = await connectFake(answerJson(404, { message: "No such image: no-such-image" }));
  await expect(engine.createContainer(spec)).rejects.toMatchObject({ code: "VBX_IMAGE_MISSING" });
});

test("A container's environment is in the request's body and never in its URL", async () => {
  const urls: string[] = [];
  const engine = await connectFake((request, response) => {
    urls.push(request.url ?? "");
    response.writeHead(201, { "Content-Type": "application/json" });
    response.end('{"Id":"abc"}');
  });
  await engine.createContainer(spec);
  expect(urls).toEqual(["/containers/create?name=box"]);
});

test("An engine that goes away while a container is created is an error that says so", async () => {
  const engine = await connectFake((request) => request.socket.destroy());
  await expect(engine.createContainer(spec)).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: expect.stringContaining("the connection to the engine failed") as unknown,
  });
});

test("An engine that goes away while it is waited for rejects the wait", async () => {
  const engine = await connectFake((request, response) => {
    if (request.url?.includes("/wait") === true) {
      response.writeHead(200);
      response.flushHeaders();
      setTimeout(() => request.socket.destroy(), 50);
      return;
    }
    response.writeHead(request.url?.includes("/create") === true ? 201 : 204);
    response.end(request.url?.includes("/create") === true ? '{"Id":"abc"}' : "");
  });
  const running = await (await engine.createContainer(spec)).start();
  await expect(running.wait()).rejects.toMatchObject({ code: "VBX_ENGINE_FAILED" });
});

test("A build that fails after its answer began is an error with the build's message", async () => {
  const engine = await connectFake((_request, response) => {
    response.write('{"stream":"Step 1/2"}\n');
    response.end('{"errorDetail":{"message":"the command returned 1"},"error":"x"}\n');
  });
  const lines: string[] = [];
  const build = {
    files: [{ path: "Dockerfile", content: "FROM scratch\n" }],
    tag: "t:1",
    buildArgs: {},
    labels: {},
    onLine: (line: string) => lines.push(line),
  };
  await expect(engine.buildImage(build)).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: expect.stringContaining("the command returned 1") as unknown,
  });
  expect(lines).toEqual(["Step 1/2"]);
});

test("Removing waits for a removal that the engine has begun already", async () => {
  let inspections = 0;
  const engine = await connectFake((request, response) => {
    if (request.url?.includes("/create") === true)
      return answerJson(201, { Id: "abc" })(request, response);
    if (request.method === "DELETE")
      return answerJson(409, { message: "in progress" })(request, response);
    inspections++;
    return answerJson(inspections < 3 ? 200 : 404, { message: "x" })(request, response);
  });
  await (await engine.createContainer(spec)).remove();
  expect(inspections).toBe(3);
});

test("An engine that doesn't upgrade the connection can't be attached to", async () => {
  const engine = await connectFake((request, response) => {
    response.writeHead(request.url?.includes("/create") === true ? 201 : 200);
    response.end('{"Id":"abc"}');
  });
  const container = await engine.createContainer(spec);
  await expect(container.attach()).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: expect.stringContaining("did not upgrade the connection") as unknown,
  });
});

test("an attachment that the engine leaves open is closed with its container", async () => {
  let held: Duplex | undefined;
  const { env, server } = await startFakeEngine((request, response) => {
    if (request.url?.includes("/start") === true)
      return answerJson(400, { message: "bind source path does not exist" })(request, response);
    return answerJson(201, { Id: "abc" })(request, response);
  });
  server.on("upgrade", (_request, socket) => {
    held = socket;
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  });
  const container = await (await connectEngine(env)).createContainer(spec);
  await container.attach();
  await expect(container.start({ watchesExit: false })).rejects.toThrow(/does not exist/);
  if (held === undefined) throw new Error("the stand-in was not asked to attach");
  const closed = once(held, "end").then(() => "closed");
  held.resume();
  onTestFinished(() => void held?.destroy());
  // Control: until the container is removed, nothing closes it
  expect(await Promise.race([closed, sleep(100, "open")])).toBe("open");
  await container.remove();
  expect(await Promise.race([closed, sleep(5_000, "open")])).toBe("closed");
});

test("Podman removes a container with what shares its network, Docker is asked for that one alone", async () => {
  const removals: string[] = [];
  for (const isPodman of [true, false]) {
    const { env } = await startFakeEngine(
      (request, response) => {
        if (request.method === "DELETE") removals.push(request.url ?? "");
        answerJson(request.method === "DELETE" ? 200 : 201, { Id: "1" })(request, response);
      },
      { isPodman },
    );
    await (await (await connectEngine(env)).createContainer(spec)).remove();
  }
  expect(removals).toEqual([
    "/v4.0.0/libpod/containers/1?force=true&v=true&depend=true",
    "/containers/1?force=true&v=true",
  ]);
});

test("Podman without an init says what to install", async () => {
  const message = "container-init binary not found on the host: stat : no such file or directory";
  const engine = await connectFake(answerJson(500, { message }));
  await expect(engine.createContainer(spec)).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    hints: ["install it: apt-get install catatonit"],
  });
});

/** An engine's API of an engine that takes this long to answer, `ms`; 0 for one that never does. */
async function openSlow(
  toDelay: (url: string) => number,
  limits: { usual: number; silent: number },
) {
  const { env } = await startFakeEngine((request, response) => {
    const delay = toDelay(request.url ?? "");
    if (delay === 0) return;
    setTimeout(() => answerJson(201, { Id: "1", StatusCode: 7 })(request, response), delay);
  });
  const path = (env["DOCKER_HOST"] ?? "").replace("unix://", "");
  return await openEngineApi({ kind: "socket", path }, { isPodman: false }, limits);
}

test("an engine that gives no answer is waited for no longer than the limit, and says what to do", async () => {
  const api = await openSlow(() => 0, { usual: 300, silent: 100 });
  await expect(createContainer(api, spec)).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: 'cannot create the container "box": the engine gave no answer within 0.3 s',
    hints: ["see whether it answers: docker ps", "start it anew, then: vaultbox prune"],
  });
});

test("calls behind one that got no answer are given up sooner, until the engine answers again", async () => {
  let isDead = true;
  const api = await openSlow(() => (isDead ? 0 : 200), { usual: 400, silent: 100 });
  const ask = (): Promise<unknown> => api.call({ method: "GET", path: "/x" });
  await expect(ask()).rejects.toThrow("no answer within 0.4 s");
  isDead = false;
  await expect(ask()).rejects.toThrow("no answer within 0.1 s");
  const waiting = api.call({ method: "GET", path: "/x", waits: true });
  expect(await waiting).toMatchObject({ Id: "1" });
  expect(await ask()).toMatchObject({ Id: "1" });
});

test("what an engine answers only when a command has ended is waited for as long as that takes", async () => {
  const limits = { usual: 100, silent: 50 };
  const api = await openSlow((url) => (url.includes("/wait") ? 500 : 1), limits);
  const running = await (await createContainer(api, spec)).start();
  expect(await running.wait()).toBe(7);
});

test("an attachment that has begun stays open however long nothing comes", async () => {
  const { env, server } = await startFakeEngine(answerJson(201, { Id: "abc" }));
  server.on("upgrade", (_request, socket: Duplex) => {
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    setTimeout(() => socket.end("\u0001\0\0\0\0\0\0\u0002hi"), 400);
  });
  const path = (env["DOCKER_HOST"] ?? "").replace("unix://", "");
  const limits = { usual: 100, silent: 50 };
  const api = await openEngineApi({ kind: "socket", path }, { isPodman: false }, limits);
  const { stdout } = await (await createContainer(api, spec)).attach();
  let said = "";
  for await (const chunk of stdout) said += String(chunk);
  expect(said).toBe("hi");
});
