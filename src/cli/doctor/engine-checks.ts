import { existsSync } from "node:fs";
import { connectEngine } from "../../engine/connect-engine.ts";
import type { Engine, EngineInfo } from "../../engine/engine.ts";
import { resolveBaseImage } from "../../engine/image/base-image.ts";
import { label } from "../../engine/labels.ts";
import { VaultboxError } from "../../base/errors.ts";
import type { HealthCheck } from "./health-check.ts";
import { fail, ok, warn } from "./health-check.ts";

/** Older ones have known ways from a container to the engine (CVE-2025-9074, CVE-2026-5843, CVE-2026-6406) */
const minDesktop = { major: 4, minor: 71 } as const;

/** The engine and what vaultbox has on it; without an engine only the reason why there is none. */
export async function checkEngine(env: NodeJS.ProcessEnv): Promise<readonly HealthCheck[]> {
  let engine: Engine;
  try {
    engine = await connectEngine(env);
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    return [fail("engine", error.message, error.hints[0] ?? "start Docker")];
  }
  const info = await engine.info();
  return [
    describeEngine(info),
    checkProduct(info),
    ...checkPodman(info),
    checkSeccomp(info),
    await checkImage(engine, env),
    await checkLeftovers(engine),
  ];
}

function describeEngine(info: EngineInfo): HealthCheck {
  const name = "engine";
  const parts = [
    `${info.product || info.flavour} ${info.version}`.trim(),
    `API ${info.apiVersion}`,
    info.rootless ? "rootless" : "as root",
    `cgroup ${info.cgroupVersion}`,
    `found by ${info.foundBy}`,
  ];
  if (info.rootless && info.cgroupVersion === "1") {
    return fail(
      name,
      parts.join(", "),
      "a rootless engine can't limit memory and processes with cgroup 1: boot with cgroup 2",
    );
  }
  return ok(name, parts.join(", "));
}

/** Docker Desktop is as old as its own version, whatever the engine in it says. */
function checkProduct(info: EngineInfo): HealthCheck {
  const name = "docker desktop";
  if (info.flavour !== "docker-desktop") return ok(name, "not in use");
  const [, majorText, minorText] = /(\d+)\.(\d+)/.exec(info.product) ?? [];
  if (majorText === undefined || minorText === undefined) {
    return warn(name, "its version is unknown", "make sure that it's up to date");
  }
  const [major, minor] = [Number(majorText), Number(minorText)];
  const isOld =
    major < minDesktop.major || (major === minDesktop.major && minor < minDesktop.minor);
  if (!isOld) return ok(name, info.product);
  const wanted = `${minDesktop.major}.${minDesktop.minor}`;
  return warn(name, `${info.product} has known container escapes`, `update to ${wanted} or newer`);
}

/** Where packages put Podman's init (containers.conf, `helper_binaries_dir` and the search path). */
const podmanInits = [
  "/usr/libexec/podman/catatonit",
  "/usr/local/libexec/podman/catatonit",
  "/usr/lib/podman/catatonit",
  "/usr/local/lib/podman/catatonit",
  "/usr/bin/catatonit",
];

function checkPodman(info: EngineInfo): readonly HealthCheck[] {
  if (info.flavour !== "podman" || !info.endpoint.startsWith("unix:")) return [];
  const name = "podman's init";
  const path = podmanInits.find((one) => existsSync(one));
  if (path !== undefined) return [ok(name, path)];
  return [warn(name, "catatonit was not found", "install it: apt-get install catatonit")];
}

function checkSeccomp(info: EngineInfo): HealthCheck {
  const name = "seccomp";
  if (info.securityOptions.some((option) => option.startsWith("name=seccomp"))) {
    return ok(name, "the engine has a default profile");
  }
  return fail(name, "the engine has no seccomp support", "use an engine and a kernel with seccomp");
}

async function checkImage(engine: Engine, env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  const name = "base image";
  const { tag } = await resolveBaseImage(env);
  const image = await engine.inspectImage(tag);
  if (image !== undefined) return ok(name, `${tag}, ${Math.round(image.sizeBytes / 1e6)} MB`);
  return warn(
    name,
    `${tag} is not built yet`,
    "the first run builds it; or now: vaultbox image build",
  );
}

/** Containers of sessions, and their relays, that have stopped; running ones belong to whoever runs them. */
async function checkLeftovers(engine: Engine): Promise<HealthCheck> {
  const name = "leftovers";
  const containers = await engine.listContainers(label.owner);
  const stopped = containers.filter((container) => !container.running);
  const running = containers.length - stopped.length;
  if (stopped.length === 0) return ok(name, `none; ${running} containers of sessions run`);
  return warn(
    name,
    `${stopped.length} stopped containers of sessions that ended`,
    "remove them: vaultbox prune",
  );
}
