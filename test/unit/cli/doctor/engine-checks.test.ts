import { expect, test } from "vitest";
import { checkEngine } from "../../../../src/cli/doctor/engine-checks.ts";
import { startFakeEngine } from "../../../support/fake-engine.ts";

interface FakeFacts {
  readonly version?: Record<string, unknown>;
  readonly info?: Record<string, unknown>;
  readonly containers?: readonly Record<string, unknown>[];
}

async function checkFake({ version, info, containers = [] }: FakeFacts) {
  const { env } = await startFakeEngine((request, response) => {
    const path = (request.url ?? "").split("?")[0];
    const bodies: Record<string, unknown> = {
      "/version": { Version: "28.0.0", ApiVersion: "1.48", ...version },
      "/info": { CgroupVersion: "2", SecurityOptions: ["name=seccomp,profile=builtin"], ...info },
      "/containers/json": containers.map((_, index) => ({ Id: String(index) })),
      ...Object.fromEntries(containers.map((body, index) => [`/containers/${index}/json`, body])),
    };
    const body = bodies[path ?? ""];
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body ?? { message: "not found" }));
  });
  const checks = await checkEngine({ ...process.env, ...env, VAULTBOX_BASE: "published" });
  return new Map(checks.map((check) => [check.name, check]));
}

test("Without an engine there is one failure with the reason and what to do", async () => {
  const checks = await checkEngine({ DOCKER_HOST: "unix:///no/such.sock" });
  expect(checks).toMatchObject([{ name: "engine", status: "fail" }]);
  expect(checks[0]?.detail).toContain(
    'DOCKER_HOST ("unix:///no/such.sock"): there is no such socket',
  );
});

test("An image that isn't built yet is a warning with the command that builds it", async () => {
  const checks = await checkFake({});
  expect(checks.get("engine")?.status).toBe("ok");
  expect(checks.get("base image")).toMatchObject({ status: "warn" });
  expect(checks.get("base image")?.hint).toContain("vaultbox image build");
});

test("A Docker Desktop with known escapes is a warning, a newer one is not", async () => {
  const info = { OperatingSystem: "Docker Desktop" };
  const checkVersion = async (product: string) =>
    (await checkFake({ info, version: { Platform: { Name: product } } })).get("docker desktop");
  expect((await checkVersion("Docker Desktop 4.70.2 (1)"))?.status).toBe("warn");
  expect((await checkVersion("Docker Desktop 4.71.0 (2)"))?.status).toBe("ok");
  expect((await checkVersion("Docker Desktop 5.0.0 (3)"))?.status).toBe("ok");
});

test("An engine without seccomp and a rootless one without limits fail", async () => {
  const plain = await checkFake({ info: { SecurityOptions: [] } });
  expect(plain.get("seccomp")?.status).toBe("fail");
  const rootless = ["name=rootless", "name=seccomp,profile=builtin"];
  const limited = await checkFake({ info: { SecurityOptions: rootless, CgroupVersion: "1" } });
  expect(limited.get("engine")?.status).toBe("fail");
});

test("Stopped containers of sessions are a warning, running ones are not", async () => {
  const container = (running: boolean) => ({
    Id: "x",
    Name: "/box",
    Config: { Image: "i", Labels: {} },
    State: { Running: running, StartedAt: "", ExitCode: 0 },
    HostConfig: {},
  });
  const clean = await checkFake({ containers: [container(true)] });
  expect(clean.get("leftovers")?.status).toBe("ok");
  const left = await checkFake({ containers: [container(true), container(false)] });
  expect(left.get("leftovers")).toMatchObject({
    status: "warn",
    hint: "remove them: vaultbox prune",
  });
});
