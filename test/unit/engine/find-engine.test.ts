import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listEngineCandidates } from "../../../src/engine/engine-candidates.ts";
import { parseDockerHost } from "../../../src/engine/engine-endpoint.ts";
import { findEngine } from "../../../src/engine/find-engine.ts";
import { startFakeEngine } from "../../support/fake-engine.ts";

async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  return home;
}

async function writeContext(home: string, name: string, endpoint: Record<string, unknown>) {
  const id = createHash("sha256").update(name).digest("hex");
  const folder = join(home, ".docker", "contexts", "meta", id);
  await mkdir(folder, { recursive: true });
  const meta = { Name: name, Endpoints: { docker: endpoint } };
  await writeFile(join(folder, "meta.json"), JSON.stringify(meta));
}

test("An engine named by DOCKER_HOST is found there", async () => {
  const { env } = await startFakeEngine(() => undefined);
  expect(await findEngine(env)).toMatchObject({ foundBy: "DOCKER_HOST", isPodman: false });
});

test("Podman is known by its answer to the ping", async () => {
  const { env } = await startFakeEngine(() => undefined, { isPodman: true });
  expect(await findEngine(env)).toMatchObject({ isPodman: true });
});

test("A DOCKER_HOST that doesn't answer is an error that names no other engine", async () => {
  const env = { DOCKER_HOST: "unix:///no/such.sock", HOME: await makeHome() };
  await expect(findEngine(env)).rejects.toMatchObject({
    code: "VBX_ENGINE_UNREACHABLE",
    message:
      'cannot reach a Docker Engine: DOCKER_HOST ("unix:///no/such.sock"): there is no such socket',
  });
});

test("The current docker context is used, unless DOCKER_HOST outweighs it", async () => {
  const home = await makeHome();
  await writeContext(home, "lab", { Host: "unix:///lab.sock" });
  const config = JSON.stringify({ currentContext: "lab" });
  await writeFile(join(home, ".docker", "config.json"), config);
  expect(await listEngineCandidates({ HOME: home })).toEqual({
    explicit: true,
    candidates: [
      { foundBy: 'docker context "lab"', endpoint: { kind: "socket", path: "/lab.sock" } },
    ],
  });
  const named = await listEngineCandidates({ HOME: home, DOCKER_HOST: "unix:///named.sock" });
  expect(named.candidates.map(({ foundBy }) => foundBy)).toEqual(["DOCKER_HOST"]);
});

test("A context's TLS files are used, and its wish to skip verification is kept", async () => {
  const home = await makeHome();
  await writeContext(home, "far", { Host: "tcp://engine.test:2376", SkipTLSVerify: true });
  const id = createHash("sha256").update("far").digest("hex");
  const folder = join(home, ".docker", "contexts", "tls", id, "docker");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "ca.pem"), "the ca");
  const { candidates } = await listEngineCandidates({ HOME: home, DOCKER_CONTEXT: "far" });
  expect(candidates[0]?.endpoint).toEqual({
    kind: "tcp",
    host: "engine.test",
    port: 2376,
    tls: { verify: false, ca: "the ca" },
  });
});

test("A context that isn't there is an error, not a reason to use the default engine", async () => {
  const env = { HOME: await makeHome(), DOCKER_CONTEXT: "gone" };
  await expect(findEngine(env)).rejects.toMatchObject({
    code: "VBX_ENGINE_UNREACHABLE",
    message: expect.stringContaining('docker context "gone": there is no readable') as unknown,
  });
});

test("Without a named engine every usual socket is looked at, rootless and Podman included", async () => {
  const env = { HOME: "/home/ada", XDG_RUNTIME_DIR: "/run/user/1000" };
  const { explicit, candidates } = await listEngineCandidates(env);
  expect(explicit).toBe(false);
  expect(candidates.map(({ endpoint }) => "path" in endpoint && endpoint.path)).toEqual([
    "/var/run/docker.sock",
    "/run/user/1000/docker.sock",
    "/home/ada/.docker/run/docker.sock",
    "/home/ada/.docker/desktop/docker.sock",
    "/home/ada/.colima/default/docker.sock",
    "/run/user/1000/podman/podman.sock",
    "/run/podman/podman.sock",
  ]);
});

test("TLS is used when DOCKER_TLS_VERIFY asks for it, and always verified", async () => {
  const env = { HOME: await makeHome(), DOCKER_HOST: "tcp://engine.test", DOCKER_TLS_VERIFY: "1" };
  const { candidates } = await listEngineCandidates(env);
  expect(candidates[0]?.endpoint).toEqual({
    kind: "tcp",
    host: "engine.test",
    port: 2376,
    tls: { verify: true },
  });
});

test("A DOCKER_HOST that can't be used says why", () => {
  expect(parseDockerHost("ssh://ada@lab:22", undefined)).toMatchObject({
    kind: "unusable",
    why: expect.stringContaining("ssh -nNT -L") as unknown,
  });
  expect(parseDockerHost("ftp://lab", undefined).kind).toBe("unusable");
  expect(parseDockerHost("unix://relative.sock", undefined).kind).toBe("unusable");
  expect(parseDockerHost("tcp://", undefined).kind).toBe("unusable");
});

test("A DOCKER_HOST is read as the docker command reads it", () => {
  expect(parseDockerHost("unix://", undefined)).toEqual({
    kind: "socket",
    path: "/var/run/docker.sock",
  });
  expect(parseDockerHost("10.1.2.3:2375", undefined)).toEqual({
    kind: "tcp",
    host: "10.1.2.3",
    port: 2375,
  });
  expect(parseDockerHost("tcp://[::1]", undefined)).toEqual({
    kind: "tcp",
    host: "::1",
    port: 2375,
  });
});

test("Something else that listens on the socket is not taken for an engine", async () => {
  const home = await makeHome();
  const path = join(home, "other.sock");
  const server = createServer((socket) => socket.end("HTTP/1.1 404 Not Found\r\n\r\n"));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  await chmod(path, 0o600);
  await expect(findEngine({ DOCKER_HOST: `unix://${path}`, HOME: home })).rejects.toMatchObject({
    message: expect.stringContaining("it answered the ping with HTTP status 404") as unknown,
  });
});
