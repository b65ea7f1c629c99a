import type { ContainerInspectInfo, ImageInspectInfo } from "dockerode";
import type { ContainerFacts, ImageFacts, ImageStep } from "./engine.ts";

/** A container's inspection as facts; fields that an engine leaves out become empty, so that an assert on them fails. */
export function toContainerFacts(answer: unknown): ContainerFacts {
  const info = answer as ContainerInspectInfo;
  const host = info.HostConfig;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ""),
    image: info.Config.Image,
    labels: info.Config.Labels ?? {},
    running: info.State.Running,
    pid: info.State.Pid ?? 0,
    outOfMemory: info.State.OOMKilled,
    networkMode: host.NetworkMode ?? "",
    networks: Object.keys(info.NetworkSettings?.Networks ?? {}),
    publishedPorts: countPorts(info),
    privileged: host.Privileged ?? false,
    capAdd: host.CapAdd ?? [],
    capDrop: host.CapDrop ?? [],
    securityOptions: host.SecurityOpt ?? [],
    readOnlyRoot: host.ReadonlyRootfs ?? false,
    pidMode: host.PidMode ?? "",
    ipcMode: host.IpcMode ?? "",
    utsMode: host.UTSMode ?? "",
    usernsMode: host.UsernsMode ?? "",
    devices: (host.Devices?.length ?? 0) + (host.DeviceRequests?.length ?? 0),
    pidsLimit: host.PidsLimit ?? 0,
    memoryBytes: host.Memory ?? 0,
    user: info.Config.User ?? "",
    env: info.Config.Env ?? [],
    mounts: (info.Mounts ?? []).map((mount) => ({
      source: mount.Source,
      target: mount.Destination,
      readOnly: !mount.RW,
      type: mount.Type,
    })),
  };
}

/** Bindings that were asked for and ports that are open now, whichever are more. */
function countPorts(info: ContainerInspectInfo): number {
  const asked = Object.values((info.HostConfig.PortBindings ?? {}) as Record<string, unknown>);
  const open = Object.values((info.NetworkSettings?.Ports ?? {}) as Record<string, unknown>).filter(
    (bindings) => Array.isArray(bindings) && bindings.length > 0,
  );
  return Math.max(asked.length, open.length);
}

export function toImageFacts(answer: unknown): ImageFacts {
  const info = answer as ImageInspectInfo;
  const entrypoint = info.Config?.Entrypoint ?? [];
  return {
    id: info.Id,
    tags: info.RepoTags ?? [],
    labels: info.Config?.Labels ?? {},
    createdAt: info.Created,
    sizeBytes: info.Size,
    env: info.Config?.Env ?? [],
    user: info.Config?.User ?? "",
    entrypoint: typeof entrypoint === "string" ? [entrypoint] : entrypoint,
    volumes: Object.keys(info.Config?.Volumes ?? {}),
  };
}

/** An image's history; the engine has the newest step first. */
export function toImageSteps(answer: unknown): readonly ImageStep[] {
  const steps = answer as { Created: number; CreatedBy: string; Size: number }[];
  return steps
    .map(({ Created, CreatedBy, Size }) => ({
      createdAt: Created,
      command: CreatedBy,
      sizeBytes: Size,
    }))
    .toReversed();
}
