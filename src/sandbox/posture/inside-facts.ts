import { parseMountRow, withoutEscapes, type MountRow } from "../../base/fs/mount-table.ts";

/** What the prologue saw from inside, parsed; raw enough that every judgement is made elsewhere. */
export interface InsideFacts {
  /** Fields of /proc/self/status */
  readonly status: ReadonlyMap<string, string>;
  readonly interfaces: readonly string[];
  readonly routes4: readonly string[];
  /** Devices of the IPv6 routes */
  readonly routes6: readonly string[];
  readonly nameservers: readonly string[];
  readonly mounts: readonly InsideMount[];
  /** The same mounts with where they are from; empty where the kernel doesn't say */
  readonly origins: readonly MountRow[];
  /** What the targets lead to that the prologue was asked about, by their number; unreadable ones are missing */
  readonly sources: ReadonlyMap<number, InsideSource>;
  /** Of covered places, by their number: what the folder around one and what is mounted in it are */
  readonly covered: ReadonlyMap<number, InsideCovered>;
  /** Of the sandbox's kernel */
  readonly bootId: string | undefined;
  readonly pidsLimit: string | undefined;
  readonly memoryLimit: string | undefined;
  readonly devices: readonly string[];
  readonly sockets: readonly string[];
  readonly rootWrites: readonly string[];
  readonly homeWritable: boolean;
  readonly sysctlWritable: boolean;
  /** `kill -0` of the filter's mark succeeded */
  readonly filterMarked: boolean;
  /** Files of /proc that couldn't be read */
  readonly missing: readonly string[];
}

export interface InsideMount {
  readonly target: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/** What an open file is (proc(5), fdinfo). */
interface InsideSource {
  readonly mount: string | undefined;
  /** Undefined before Linux 5.14 */
  readonly inode: string | undefined;
}

/** What a folder and an entry in it are (proc(5), fdinfo), the entry as seen from the open folder. */
interface InsideCovered {
  readonly around: InsideSource;
  /** Id of the mount in it */
  readonly over: string | undefined;
}

/** Parses the report's lines: `KIND TEXT`. Unknown kinds are ignored; what's missing fails the assert that needs it. */
export function parseInsideFacts(lines: readonly string[]): InsideFacts {
  const byKind = new Map<string, string[]>();
  for (const line of lines) {
    const at = line.indexOf(" ");
    if (at === -1) continue;
    const kind = line.slice(0, at);
    const texts = byKind.get(kind) ?? [];
    texts.push(line.slice(at + 1));
    byKind.set(kind, texts);
  }
  const texts = (kind: string): readonly string[] => byKind.get(kind) ?? [];
  return {
    status: parseStatus(texts("status")),
    interfaces: texts("net").flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []),
    routes4: texts("route4").slice(1),
    routes6: texts("route6").flatMap((line) => line.trim().split(/\s+/).at(-1) ?? []),
    nameservers: texts("resolv").flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []),
    mounts: texts("mount").flatMap(parseMountLine),
    origins: texts("mountinfo").flatMap((line) => parseMountRow(line) ?? []),
    sources: parseSources(texts("source")),
    covered: parseCovered(texts("covered")),
    bootId: texts("boot")[0]?.trim(),
    pidsLimit: texts("pids")[0]?.trim(),
    memoryLimit: texts("memory")[0]?.trim(),
    devices: texts("dev"),
    sockets: texts("socket"),
    rootWrites: texts("rootwrite"),
    homeWritable: texts("home").includes("writable"),
    sysctlWritable: texts("sysctl").includes("writable"),
    filterMarked: texts("filter").includes("marked"),
    missing: texts("missing"),
  };
}

function parseStatus(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf(":");
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const];
    }),
  );
}

/** `DEVICE TARGET TYPE OPTIONS …`; blanks in a target are octal escapes (proc(5), fstab(5)). */
function parseMountLine(line: string): readonly InsideMount[] {
  const [, target, type, options] = line.split(" ");
  if (target === undefined || type === undefined || options === undefined) return [];
  return [{ target: withoutEscapes(target), type, readOnly: options.split(",").includes("ro") }];
}

/** `NUMBER FIELD: VALUE` */
function parseSources(lines: readonly string[]): ReadonlyMap<number, InsideSource> {
  const found = new Map<number, InsideSource>();
  for (const line of lines) {
    const [, number, field, value] = /^(\d+) (mnt_id|ino):\s*(\d+)$/.exec(line) ?? [];
    if (number === undefined) continue;
    const known = found.get(Number(number)) ?? { mount: undefined, inode: undefined };
    found.set(Number(number), { ...known, [field === "ino" ? "inode" : "mount"]: value });
  }
  return found;
}

/** `NUMBER mnt_id: AROUND ino: AROUND mnt_id: OVER` */
function parseCovered(lines: readonly string[]): ReadonlyMap<number, InsideCovered> {
  return new Map(
    lines.flatMap((line) => {
      const parts = /^(\d+) mnt_id:\s*(\d+) ino:\s*(\d+) mnt_id:\s*(\d+)$/.exec(line);
      const [, number, mount, inode, over] = parts ?? [];
      return number === undefined ? [] : [[Number(number), { around: { mount, inode }, over }]];
    }),
  );
}
