import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HomeFile } from "../../agents/agent-profile.ts";
import { writeFileAtomic } from "../../base/fs/atomic-write.ts";
import { findStartKind, findStartKindBelow } from "./start-files.ts";
import type { TarEntry } from "./tar-entries.ts";
import { readRegularText } from "../../base/fs/regular-file.ts";
import { isFields, listOf, pairOf, parseJson, text } from "../../base/shape.ts";
import { inState } from "../../base/state-folder.ts";

/** Start files by their path from the home, and what each of them says, as a digest. */
export interface StartFiles {
  readonly digests: ReadonlyMap<string, string>;
  /** False when the home was too large to look through */
  readonly complete: boolean;
}

/** One start file that a session left in another state than the one before it. */
export interface HomeChange {
  readonly change: "new" | "changed" | "removed";
  readonly kind: string;
  readonly path: string;
}

/** More start files than any home has; the sandbox can make as many as it likes. */
export const maxFiles = 2000;
/** What changed since `before`; what vaultbox itself puts into every home isn't said to be new. */
export function compareStartFiles(
  before: ReadonlyMap<string, string>,
  { digests, complete }: StartFiles,
  seeded: readonly HomeFile[],
): readonly HomeChange[] {
  const own = new Map(
    seeded.map(({ path, content }) => [path, digestOf(path, Buffer.from(content))]),
  );
  const kindOf = (path: string): string => findStartKind(path) ?? findStartKindBelow(path) ?? "";
  const changes: HomeChange[] = [];
  for (const [path, digest] of digests) {
    const old = before.get(path);
    if (old === digest || withoutMode(digest) === own.get(path)) continue;
    changes.push({ change: old === undefined ? "new" : "changed", kind: kindOf(path), path });
  }
  // With a link on the way to start files these are gone too
  const isGone = (path: string): boolean => !digests.has(path) && findStartKind(path) !== undefined;
  const gone = complete ? [...before.keys()].filter((path) => isGone(path)) : [];
  return [
    ...changes,
    ...gone.map((path) => ({ change: "removed" as const, kind: kindOf(path), path })),
  ];
}

const records = listOf(pairOf(text, text));

/** Where the start files of a home are remembered from one session to the next. */
export function toRecordPath(stateFolder: string, volume: string): string {
  return join(inState(stateFolder, "homes"), `${volume}.json`);
}

/** Empty when there is no record yet, or it can't be read: then everything is new. */
export async function readRecord(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(parseJson(await readRegularText(path), records));
  } catch {
    // Not there
    return new Map();
  }
}

export async function writeRecord(path: string, digests: StartFiles["digests"]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, JSON.stringify([...digests]));
}

/**
 * What a file says. The execute bit counts: it makes a command of a file.
 * @param path where a program finds it
 */
export function toDigest(path: string, { type, mode, digest, content, size }: TarEntry): string {
  const bits = (mode & 0o111) === 0 ? "-" : "x";
  if (type === "other") return `other ${bits}`;
  const said = content === undefined ? digest : digestOf(path, content);
  // Too large to be read
  return `${said ?? digestOf(path, Buffer.from(`${size} bytes`))} ${bits}`;
}

/** What a link itself says. */
export function toLinkDigest(text: string): string {
  return `link x ${text}`;
}

function withoutMode(digest: string): string {
  return digest.replace(/ [-x]$/, "");
}

function digestOf(path: string, content: Buffer): string {
  const counted = path === ".claude.json" ? whatClaudeRuns(content) : content;
  return createHash("sha256").update(counted).digest("hex");
}

/** Claude Code keeps counters and history in the file that names the programs it starts; those alone count. */
function whatClaudeRuns(content: Buffer): string | Buffer {
  const pick = (value: unknown): unknown => {
    if (!isFields(value)) return undefined;
    const kept = Object.entries(value).flatMap(([key, inner]) => {
      const picked = /mcp|hook|helper|command|tools/i.test(key) ? inner : pick(inner);
      const isEmpty =
        picked === undefined ||
        (typeof picked === "object" && Object.keys(picked ?? {}).length === 0);
      return isEmpty ? [] : [[key, picked] as const];
    });
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  try {
    return JSON.stringify(pick(JSON.parse(content.toString("utf8")))) ?? "";
  } catch {
    // No JSON: whatever it is counts whole
    return content;
  }
}
