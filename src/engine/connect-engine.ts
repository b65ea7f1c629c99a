import { setTimeout as sleep } from "node:timers/promises";
import { type EngineApi, loadTransport, openEngineApi } from "./engine-api.ts";
import type { ContainerFacts, Engine, EngineInfo } from "./engine.ts";
import { createContainer } from "./create-container.ts";
import { toDockerHost } from "./engine-endpoint.ts";
import { attempt, hasStatus, unlessMissing } from "./engine-error.ts";
import { engineImages } from "./engine-images.ts";
import { waitForStop } from "./exit-watch.ts";
import { findEngine } from "./find-engine.ts";
import { inspectContainer, toRunningContainer } from "./running-container.ts";
import { type PodmanInfo, toPodmanPath } from "./podman.ts";

/**
 * Finds an engine and connects to it. Takes about 30 ms, most of it loading the transport: start it first and
 * await it when it's needed.
 * @throws VaultboxError VBX_ENGINE_UNREACHABLE
 */
export async function connectEngine(env: NodeJS.ProcessEnv): Promise<Engine> {
  const search = findEngine(env);
  search.catch(() => undefined);
  // Loading while the engine answers the ping
  loadTransport();
  const found = await search;
  const api = await openEngineApi(found.endpoint, found);
  const names = { endpoint: toDockerHost(found.endpoint), foundBy: found.foundBy };
  let info: Promise<EngineInfo> | undefined;
  return {
    ...names,
    // Asked for once: whoever needs it soon can ask before
    info: () => (info ??= readEngineInfo(api, names)),
    createContainer: (spec) => createContainer(api, spec),
    ...containerCalls(api),
    ...volumeCalls(api),
    ...engineImages(api),
  };
}

function containerCalls(api: EngineApi): Pick<Engine, "listContainers" | "findContainer"> {
  const inspect = (idOrName: string): Promise<ContainerFacts | undefined> =>
    unlessMissing(inspectContainer(api, encodeURIComponent(idOrName)));
  return {
    listContainers: (label) =>
      attempt("list the containers", async () => {
        const query = { all: 1, filters: JSON.stringify({ label: [label] }) };
        const answer = await api.call({ method: "GET", path: "/containers/json", query });
        const facts = await Promise.all((answer as { Id: string }[]).map(({ Id }) => inspect(Id)));
        return facts.filter((container) => container !== undefined);
      }),
    findContainer: (idOrName) =>
      attempt("find the container", async () => {
        const facts = await inspect(idOrName);
        if (facts === undefined) return undefined;
        const { id, name } = facts;
        return toRunningContainer(api, { id, name }, () => waitForStop(api, id));
      }),
  };
}

function volumeCalls(
  api: EngineApi,
): Pick<Engine, "createVolume" | "listVolumes" | "removeVolume"> {
  return {
    createVolume: (name, labels) =>
      attempt("create the volume", async () => {
        const body = { Name: name, Labels: { ...labels } };
        await api.call({ method: "POST", path: "/volumes/create", body });
      }),
    listVolumes: (label) =>
      attempt("list the volumes", async () => {
        const query = { filters: JSON.stringify({ label: [label] }) };
        const answer = await api.call({ method: "GET", path: "/volumes", query });
        const volumes = (answer as { Volumes: VolumeAnswer[] | null }).Volumes ?? [];
        return volumes.map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }));
      }),
    removeVolume: (name) =>
      attempt("remove the volume", async () => {
        const until = performance.now() + releaseTimeoutMs;
        while (!(await tryRemoveVolume(api, name, until))) await sleep(releasePollMs);
      }),
  };
}

/** How long an engine may count a container that is gone as a user of its volume; on a busy machine some do. In `ms` */
const releaseTimeoutMs = 3_000;
const releasePollMs = 20;

/** False when the volume is in use and the time isn't up. */
async function tryRemoveVolume(api: EngineApi, name: string, until: number): Promise<boolean> {
  try {
    await api.call({ method: "DELETE", path: `/volumes/${encodeURIComponent(name)}` });
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return true;
    if (hasStatus(error, 409) && performance.now() < until) return false;
    throw error;
  }
}

interface VolumeAnswer {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

interface VersionAnswer {
  readonly Version?: string;
  readonly Platform?: { readonly Name?: string };
  readonly ApiVersion?: string;
  readonly Arch?: string;
}

interface InfoAnswer {
  readonly Name?: string;
  readonly OperatingSystem?: string;
  readonly Architecture?: string;
  readonly MemTotal?: number;
  readonly CgroupVersion?: string;
  readonly SecurityOptions?: readonly string[];
}

/** Asks the engine who it is. */
async function readEngineInfo(
  api: EngineApi,
  found: { readonly endpoint: string; readonly foundBy: string },
): Promise<EngineInfo> {
  return await attempt("ask the engine for its version", async () => {
    const [version, info, own] = (await Promise.all([
      api.call({ method: "GET", path: "/version" }),
      api.call({ method: "GET", path: "/info" }),
      api.isPodman ? api.call({ method: "GET", path: toPodmanPath("/info") }) : {},
    ])) as [VersionAnswer, InfoAnswer, PodmanInfo];
    const securityOptions = info.SecurityOptions ?? [];
    return {
      ...found,
      name: info.Name ?? "",
      version: version.Version ?? "",
      product: api.isPodman ? "Podman" : (version.Platform?.Name ?? ""),
      apiVersion: version.ApiVersion ?? "",
      architecture: version.Arch ?? info.Architecture ?? "",
      memoryBytes: info.MemTotal ?? 0,
      cgroupVersion: info.CgroupVersion === "2" ? "2" : "1",
      rootless:
        own.host?.security?.rootless ??
        securityOptions.some((option) => option.startsWith("name=rootless")),
      flavour: api.isPodman ? "podman" : toFlavour(info),
      securityOptions,
    };
  });
}

function toFlavour(info: InfoAnswer): EngineInfo["flavour"] {
  return info.OperatingSystem === "Docker Desktop" ? "docker-desktop" : "docker";
}
