import { availableParallelism, totalmem } from "node:os";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import type { LinkChoice } from "../sandbox/link/link-end.ts";
import type { RunRequest } from "../session/run-request.ts";
import { gibibyte, mebibyte, parseDuration, parseSize } from "../base/units.ts";
import type { ImageFlags } from "./image-options.ts";
import type { PolicyFlags } from "./policy-options.ts";
import type { SessionFlags } from "./read-session-plan.ts";

/** `bytes` */
export const maxDefaultMemory = 8 * gibibyte;

/** Flags of `run`, as commander parses them. */
export interface RunFlags extends ImageFlags, PolicyFlags, SessionFlags {
  /** False for `--no-agent-credential` */
  readonly agentCredential: boolean;
  readonly mount: readonly string[];
  readonly allowMount: readonly string[];
  readonly show: readonly string[];
  readonly env: readonly string[];
  readonly home?: string;
  /** False for `--no-history` */
  readonly history: boolean;
  readonly memory?: string;
  readonly cpus?: string;
  readonly link: LinkChoice;
  readonly runtime?: string;
  readonly timeout?: string;
  readonly failOnHandoff?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export type RunLimits = Pick<RunRequest, "memoryBytes" | "cpus" | "timeoutMs">;

/** @throws VaultboxError VBX_USAGE */
export function parseRunLimits(flags: Pick<RunFlags, "memory" | "cpus" | "timeout">): RunLimits {
  const cpus = flags.cpus === undefined ? availableParallelism() : Number(flags.cpus);
  if (!(cpus > 0)) {
    throw new VaultboxError("VBX_USAGE", `cannot read --cpus ${quoted(flags.cpus ?? "")}`, {
      hints: ["a number above 0, such as 2 or 0.5"],
    });
  }
  const half = Math.floor(totalmem() / 2 / mebibyte) * mebibyte;
  const memoryBytes =
    flags.memory === undefined ? Math.min(maxDefaultMemory, half) : parseSize(flags.memory);
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout);
  return { cpus, memoryBytes, timeoutMs };
}
