import { readFileSync } from "node:fs";
import type { ContainerFacts } from "./engine.ts";

// Podman's API, where it differs from the Docker Engine's that it imitates: as Podman 4.3 does it (libpod/container_inspect.go,
// pkg/specgen/generate).

/** An entry of a request's `HostConfig.Ulimits`. */
export interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/** Of its own, in /proc/self/limits; the second is what the kernel gives out at most (proc(5), pid_max). */
const ownLimits = [
  { name: "nofile", label: "Max open files", most: 1_048_576 },
  { name: "nproc", label: "Max processes", most: 32_768 },
] as const;

/**
 * Limits that Podman would set by itself to more than a host without CAP_SYS_RESOURCE can give: as many as this process
 * may have, if it's on the same machine.
 */
export function toPodmanUlimits(limits: string = readOwnLimits()): readonly Ulimit[] {
  return ownLimits.flatMap(({ name, label, most }) => {
    // The soft limit and the hard one
    const [, hard] = new RegExp(`^${label} +\\S+ +(\\d+) `, "m").exec(limits) ?? [];
    if (hard === undefined) return [];
    const limit = Math.min(Number(hard), most);
    return [{ Name: name, Soft: limit, Hard: limit }];
  });
}

function readOwnLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}

/** The path of a call in Podman's own API, of the version in which its present form began. */
export function toPodmanPath(path: string): string {
  return `/v4.0.0/libpod${path}`;
}

/** What Podman says of itself beside that for Docker's clients. */
export interface PodmanInfo {
  readonly host?: { readonly security?: { readonly rootless?: boolean } };
}

/** What Podman's own inspection of a container says beside that for Docker's clients. */
interface PodmanAnswer {
  /** Null: none */
  readonly EffectiveCaps?: readonly string[] | null;
  readonly BoundingCaps?: readonly string[] | null;
}

/**
 * Facts in Docker's words. Podman lists the capabilities that were dropped from its default set, where Docker says `ALL`
 * as it was asked; and it calls every IPC namespace of a container's own "shareable".
 * @param answer of Podman's own inspection; anything else leaves the facts as they are
 */
export function toDockerFacts(facts: ContainerFacts, answer: unknown): ContainerFacts {
  const { EffectiveCaps, BoundingCaps } = answer as PodmanAnswer;
  const hasNone = EffectiveCaps === null && BoundingCaps === null;
  return {
    ...facts,
    capDrop: hasNone ? ["ALL"] : facts.capDrop,
    ipcMode: facts.ipcMode === "shareable" ? "private" : facts.ipcMode,
  };
}
