import { readFileSync, readdirSync, writeFileSync } from "node:fs";

/** Clock ticks per second that /proc counts in; 100 on every Linux of today. */
const ticksPerSecond = 100;

interface ProcessFacts {
  readonly pid: number;
  readonly name: string;
  readonly parent: number;
  readonly cpuMs: number;
}

/** CPU time of processes and those below them, ms, dead children included once they were waited for. */
export function treeCpuMs(roots: readonly number[]): number {
  return treeOf(roots).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/**
 * Sum of the peak resident sizes of processes and those below them, MB, since they started or `forgetPeaks`; Linux counts
 * shared pages in each.
 */
export function treePeakMegabytes(roots: readonly number[]): number {
  let kilobytes = 0;
  for (const { pid } of treeOf(roots)) {
    const status = readOrEmpty(`/proc/${pid}/status`);
    kilobytes += Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  }
  return (kilobytes * 1024) / 1e6;
}

/** From now on the peak counts from what is resident now (proc_pid_clear_refs(5)). */
export function forgetPeaks(roots: readonly number[]): void {
  for (const { pid } of treeOf(roots)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, "5");
    } catch {
      // Gone meanwhile, or somebody else's: its peak stays that of its life
    }
  }
}

function treeOf(roots: readonly number[]): readonly ProcessFacts[] {
  const all = readAll();
  const found = new Set(all.filter(({ pid }) => roots.includes(pid)));
  // What is added on the way is visited too
  for (const facts of found) {
    for (const one of all) if (one.parent === facts.pid) found.add(one);
  }
  return [...found];
}

/** Processes of a program, and the parent of one that runs in a container: the engine's, that move its bytes. */
export function findEngineProcesses(contained: number, program: string): readonly number[] {
  const all = readAll();
  const parents = all.filter(({ pid }) => pid === contained).map(({ parent }) => parent);
  return [...parents, ...all.filter(({ name }) => name === program).map(({ pid }) => pid)];
}

function readAll(): readonly ProcessFacts[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFacts(Number(name)))
    .filter((facts) => facts !== undefined);
}

/** Fields of proc(5) stat; the name in brackets may hold spaces. */
function readFacts(pid: number): ProcessFacts | undefined {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 15) return undefined;
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
  return { pid, name, parent: Number(fields[1]), cpuMs: (ticks * 1000) / ticksPerSecond };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // Gone between the listing and the reading
    return "";
  }
}
