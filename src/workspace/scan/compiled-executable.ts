import { createHash } from "node:crypto";
import type { ScanBudget } from "../scan-budget.ts";
import type { HostExecutable } from "./host-executable.ts";
import type { FoundEntry } from "./walk.ts";

/** Times that a compiled file changed after. */
export interface MadeSince {
  /** Then it's looked at, `ns` */
  readonly since: bigint;
  /** And then it's counted, `ns` */
  readonly counted: bigint;
}

/** What compiled files are looked at with. */
export interface CompiledFiles {
  readonly since: MadeSince | undefined;
  /** How many are counted, by what made them */
  readonly made: Map<string, number>;
  /** Paths of the first of these, from the root */
  readonly paths: string[];
  /** Asked before one is read */
  readonly mayRead: () => boolean;
  readonly budget: ScanBudget;
}

const kindStart = "compiled by ";
/** A larger one is no module that somebody wrote */
const maxBytes = 1024 * 1024;
/** `magic`, `flags`, then the source's time and size, or its hash (PEP 552) */
const headerBytes = 16;

/** Compiled files of one root that are told by name. */
const maxToldFiles = 1000;
/** Files that a start reads, which waits for them; those beyond are only counted when they change. */
const maxReadAtStart = 1000;

export function createCompiledFiles(
  since: MadeSince | undefined,
  budget: ScanBudget,
): CompiledFiles {
  let left = since === undefined ? maxReadAtStart : Infinity;
  return { since, made: new Map(), paths: [], mayRead: () => left-- > 0, budget };
}

/** The kind of a host executable on a compiled file, by the tool. */
export function toCompiledKind(tool: string): string {
  return `${kindStart}${tool}`;
}

export function isCompiledKind(kind: string): boolean {
  return kind.startsWith(kindStart);
}

/**
 * Looks at a compiled file. Only Python's say what source they stand for, so that one which isn't made of it can be told
 * from one that is: those alone have a host executable.
 */
export function toCompiledExecutable(
  { folder, entry, names }: FoundEntry,
  kind: string,
  { since, made, paths, mayRead, budget }: CompiledFiles,
): HostExecutable | undefined {
  if (since !== undefined) {
    const changedAt = folder.facts(entry.name)?.changedAt ?? 0n;
    if (changedAt < since.since) return undefined;
    const tool = kind.slice(kindStart.length);
    if (changedAt >= since.counted) {
      made.set(tool, (made.get(tool) ?? 0) + 1);
      if (paths.length < maxToldFiles) paths.push(names.join("/"));
    }
  }
  const isPython = names.at(-2) === "__pycache__" && entry.name.endsWith(".pyc");
  if (!isPython || !mayRead()) return undefined;
  const content = folder.read(entry.name, maxBytes);
  budget.spend("bytes", content?.length ?? 0);
  if (content === undefined) return { kind, state: "unread" };
  const header = content.toString("hex", 0, headerBytes);
  return { kind, state: `${header} ${createHash("sha256").update(content).digest("hex")}` };
}

/**
 * Whether Python takes a file for the compiled form of a source that it isn't made of: it was there for the same source
 * with another content, or says that the source isn't to be asked about.
 */
export function isForged(before: string | undefined, now: string): boolean {
  if (before === now) return false;
  if (now === "unread") return before !== undefined;
  const [header = ""] = now.split(" ");
  const flags = Buffer.from(header, "hex").subarray(4, 8);
  const isUnchecked = flags.length === 4 && (flags.readUInt32LE() & 0b11) === 0b01;
  return isUnchecked || before?.split(" ")[0] === header;
}
