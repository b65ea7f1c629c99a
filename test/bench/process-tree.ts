import { readFileSync, readdirSync } from "node:fs";

/** Clock ticks per second that /proc counts in; 100 on every Linux of today. */
const ticksPerSecond = 100;

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
}

/** CPU time of a process and those below it, ms, dead children included once they were waited for. */
export function treeCpuMs(root: number): number {
  return treeOf(root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Sum of the peak resident sizes of a process and those below it, MB; Linux counts shared pages in each. */
export function treePeakMegabytes(root: number): number {
  let kilobytes = 0;
  for (const { pid } of treeOf(root)) {
    const status = readOrEmpty(`/proc/${pid}/status`);
    kilobytes += Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  }
  return (kilobytes * 1024) / 1e6;
}

function treeOf(root: number): readonly ProcessFacts[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFacts(Number(name)))
    .filter((facts) => facts !== undefined);
  const found = all.filter(({ pid }) => pid === root);
  for (const facts of found) found.push(...all.filter(({ parent }) => parent === facts.pid));
  return found;
}

/** Fields of proc(5) stat; the name in brackets may hold spaces. */
function readFacts(pid: number): ProcessFacts | undefined {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 15) return undefined;
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { pid, parent: Number(fields[1]), cpuMs: (ticks * 1000) / ticksPerSecond };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // Gone between the listing and the reading
    return "";
  }
}
