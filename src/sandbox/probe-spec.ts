import type { ContainerSpec } from "../engine/engine.ts";
import { label } from "../engine/labels.ts";
import { toContainerName } from "./session-labels.ts";

/** A container that is made for a question about files and never started. */
export function toProbeSpec({
  image,
  labels,
  seccomp,
  volumes = [],
}: Pick<ContainerSpec, "image" | "labels" | "seccomp"> &
  Partial<Pick<ContainerSpec, "volumes">>): ContainerSpec {
  return {
    name: toContainerName(labels[label.session] ?? "", "probe"),
    image,
    entrypoint: ["/never-started"],
    command: [],
    env: {},
    labels,
    workingDir: "/",
    user: "65534:65534",
    network: "none",
    dns: [],
    binds: [],
    volumes,
    tmpfs: {},
    readOnlyRoot: true,
    memoryBytes: 64 * 1024 * 1024,
    cpus: 1,
    pids: 16,
    seccomp,
    init: false,
    tty: false,
    autoRemove: false,
  };
}
