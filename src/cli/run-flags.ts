import { availableParallelism, totalmem } from "node:os";
import { given } from "../base/given.ts";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import type { LinkChoice } from "../sandbox/link/link-end.ts";
import type { RunOptions } from "../session/plan/run-request.ts";
import type { SessionOptions } from "../session/plan/session-plan.ts";
import { gibibyte, mebibyte, parseDuration, parseSize } from "../base/units.ts";
import { readImageFlags, toPolicyOptions } from "./command-options.ts";
import type { ImageFlags, PolicyFlags } from "./command-options.ts";

/** `bytes` */
export const maxDefaultMemory = 8 * gibibyte;

/** The flags of every command that begins a session, as commander parses them. */
export type SessionFlags = PolicyFlags &
  Pick<SessionOptions, "vault" | "sign" | "connectTo" | "upstreamCa">;

/** Flags of `run`, as commander parses them. */
export interface RunFlags extends ImageFlags, SessionFlags {
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

/** @throws VaultboxError VBX_USAGE */
export function toRunOptions(command: readonly string[], flags: RunFlags): RunOptions {
  return {
    ...toSessionOptions(flags, command),
    // As it's written, for what is said of it
    workspace: flags.workspace,
    command,
    mounts: flags.mount,
    allowMounts: flags.allowMount,
    show: flags.show,
    variables: flags.env,
    home: flags.home,
    keepsHistory: flags.history,
    link: flags.link,
    runtime: flags.runtime,
    ...parseRunLimits(flags),
    image: readImageFlags(flags),
    needsCredential: flags.agentCredential,
  };
}

export function toSessionOptions(
  flags: SessionFlags,
  command: readonly string[] = [],
): SessionOptions {
  const { vault, sign, connectTo, upstreamCa } = flags;
  return {
    ...toPolicyOptions(flags, command),
    vault,
    connectTo,
    upstreamCa,
    ...given({ sign }),
  };
}

type RunLimits = Pick<RunOptions, "memoryBytes" | "cpus" | "timeoutMs">;

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
