import type { EngineApi } from "./engine-api.ts";
import type { EngineInfo } from "./engine.ts";
import { attempt } from "./engine-error.ts";
import { toPodmanPath, type PodmanInfo } from "./podman.ts";

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
  readonly Runtimes?: Readonly<Record<string, unknown>>;
}

/** Asks the engine who it is. */
export async function readEngineInfo(
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
      operatingSystem: info.OperatingSystem ?? "",
      architecture: version.Arch ?? info.Architecture ?? "",
      memoryBytes: info.MemTotal ?? 0,
      cgroupVersion: info.CgroupVersion === "2" ? "2" : "1",
      rootless:
        own.host?.security?.rootless ??
        securityOptions.some((option) => option.startsWith("name=rootless")),
      flavour: api.isPodman ? "podman" : toFlavour(info),
      runtimes: Object.keys(info.Runtimes ?? {}),
      securityOptions,
    };
  });
}

function toFlavour(info: InfoAnswer): EngineInfo["flavour"] {
  return info.OperatingSystem === "Docker Desktop" ? "docker-desktop" : "docker";
}
