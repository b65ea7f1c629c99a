import type { ExpectedMounts } from "./expected-mounts.ts";

/** What a sandbox was asked to be. */
export interface PostureExpectation extends ExpectedMounts {
  readonly uid: number;
  readonly gid: number;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly relayId: string;
  /** See `ContainerSpec` */
  readonly seccomp: string;
  /** Targets that may be written to: the workspace, `--mount … rw`, HOME and the temporary file systems */
  readonly writableTargets: readonly string[];
  /** Targets of every mount that was asked for */
  readonly mountTargets: readonly string[];
}

/** A fact of a sandbox, held against what was asked for. */
export interface Check {
  readonly name: string;
  readonly expected: boolean;
  readonly found: unknown;
}
