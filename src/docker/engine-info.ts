import type { EngineApi } from "./engine-api.ts";
import type { EngineInfo } from "./engine.ts";
import { attempt } from "./engine-error.ts";

interface VersionAnswer {
  readonly Version?: string;
  readonly Platform?: { readonly Name?: string };
  readonly ApiVersion?: string;
  readonly Arch?: string;
  readonly Components?: readonly { readonly Name?: string; readonly Version?: string }[];
}

interface InfoAnswer {
  readonly Name?: string;
  readonly OperatingSystem?: string;
  readonly Architecture?: string;
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
    const [version, info] = (await Promise.all([
      api.call({ method: "GET", path: "/version" }),
      api.call({ method: "GET", path: "/info" }),
    ])) as [VersionAnswer, InfoAnswer];
    const securityOptions = info.SecurityOptions ?? [];
    return {
      ...found,
      name: info.Name ?? "",
      version: version.Version ?? "",
      product: version.Platform?.Name ?? "",
      apiVersion: version.ApiVersion ?? "",
      operatingSystem: info.OperatingSystem ?? "",
      architecture: version.Arch ?? info.Architecture ?? "",
      cgroupVersion: info.CgroupVersion === "2" ? "2" : "1",
      rootless: securityOptions.some((option) => option.startsWith("name=rootless")),
      flavour: toFlavour(version, info),
      runtimes: Object.keys(info.Runtimes ?? {}),
      securityOptions,
    };
  });
}

function toFlavour(version: VersionAnswer, info: InfoAnswer): EngineInfo["flavour"] {
  if (version.Components?.some(({ Name }) => Name === "Podman Engine") === true) return "podman";
  return info.OperatingSystem === "Docker Desktop" ? "docker-desktop" : "docker";
}
