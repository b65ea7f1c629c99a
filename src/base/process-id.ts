import { hasCode } from "./errors.ts";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { runProgram } from "./run-program.ts";
import { fieldsOf, text, wholeNumber } from "./shape.ts";

/** A process that can be told from a later one with the same pid. */
export interface ProcessId {
  readonly host: string;
  /** Changes at every boot; empty where the system doesn't say */
  readonly boot: string;
  /** The pid namespace; empty where there are none */
  readonly namespace: string;
  readonly pid: number;
  /** Start time in the system's own notation; empty where it can't be read */
  readonly start: string;
}

/** Its plain form. */
export const processId = fieldsOf<ProcessId>({
  host: text,
  boot: text,
  namespace: text,
  pid: wholeNumber(0),
  start: text,
});

const psTimeoutMs = 5_000;

export async function readOwnProcessId(): Promise<ProcessId> {
  return {
    host: hostname(),
    boot: await readBootId(),
    namespace: await readNamespace(),
    pid: process.pid,
    start: (await readStart(process.pid)) ?? "",
  };
}

/**
 * Whether that process has certainly ended. A process of another host or another pid namespace can't be judged from
 * here and counts as living: waiting too long is better than two writers.
 */
export async function hasEnded(owner: ProcessId): Promise<boolean> {
  const self = await readOwnProcessId();
  if (owner.host !== self.host) return false;
  if (owner.boot !== self.boot) return true;
  if (owner.namespace !== self.namespace) return false;
  if (!isRunning(owner.pid)) return true;
  const start = await readStart(owner.pid);
  if (start === undefined) return !isRunning(owner.pid);
  return owner.start !== "" && start !== owner.start;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

/** `undefined`: there is no such process, or the system doesn't tell. */
async function readStart(pid: number): Promise<string | undefined> {
  if (process.platform === "win32") return undefined;
  if (process.platform !== "linux") return readStartFromPs(pid);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // The command name may hold spaces and parentheses: fields are counted after the last one. proc(5): field 3 is the
    // state, field 22 the start time in clock ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds nothing any more, but keeps its pid until the parent asks
    return fields[0] === "Z" || fields[0] === "X" ? "ended" : fields[19];
  } catch {
    // Gone between the two looks, or hidden by hidepid: the caller asks the kernel by signal 0
    return undefined;
  }
}

async function readStartFromPs(pid: number): Promise<string | undefined> {
  const args = ["-o", "lstart=", "-p", String(pid)];
  try {
    const text = await runProgram({ file: "ps", args, timeoutMs: psTimeoutMs });
    return text.trim().replaceAll(/\s+/g, " ");
  } catch {
    // `ps` ends with 1 when there is no such process
    return undefined;
  }
}

async function readBootId(): Promise<string> {
  if (process.platform !== "linux") return "";
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "latin1")).trim();
  } catch {
    // A sandboxed /proc: pid and start time still decide
    return "";
  }
}

async function readNamespace(): Promise<string> {
  if (process.platform !== "linux") return "";
  try {
    return await readlink("/proc/self/ns/pid");
  } catch {
    // As above
    return "";
  }
}
