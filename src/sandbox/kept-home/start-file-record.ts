import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { HomeFile } from "../../agents/agent-profile.ts";
import { writeFileAtomic } from "../../files/atomic-write.ts";
import { findStartKind } from "./start-files.ts";
import { readTar, type TarEntry } from "./tar-entries.ts";

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
const maxEntries = 500_000;
/** A larger start file is known by its size */
const maxContentBytes = 1024 * 1024;

/** @param archive of the home, as the engine gives it: every path begins with the home's own name */
export async function readStartFiles(archive: Readable): Promise<StartFiles> {
  const digests = new Map<string, string>();
  const wants = (path: string): boolean => findStartKind(toHomePath(path)) !== undefined;
  let count = 0;
  for await (const entry of readTar(archive, { wants, maxContentBytes })) {
    const path = toHomePath(entry.path);
    if (entry.type !== "folder" && findStartKind(path) !== undefined) {
      digests.set(path, toDigest(path, entry));
    }
    if (++count > maxEntries || digests.size > maxFiles) return { digests, complete: false };
  }
  return { digests, complete: true };
}

/** What changed since `before`; what vaultbox itself puts into every home isn't said to be new. */
export function compareStartFiles(
  before: ReadonlyMap<string, string>,
  { digests, complete }: StartFiles,
  seeded: readonly HomeFile[],
): readonly HomeChange[] {
  const own = new Map(
    seeded.map(({ path, content }) => [path, digestOf(path, Buffer.from(content))]),
  );
  const kindOf = (path: string): string => findStartKind(path) ?? "";
  const changes: HomeChange[] = [];
  for (const [path, digest] of digests) {
    const old = before.get(path);
    if (old === digest || withoutMode(digest) === own.get(path)) continue;
    changes.push({ change: old === undefined ? "new" : "changed", kind: kindOf(path), path });
  }
  const gone = complete ? [...before.keys()].filter((path) => !digests.has(path)) : [];
  return [
    ...changes,
    ...gone.map((path) => ({ change: "removed" as const, kind: kindOf(path), path })),
  ];
}

/** Where the start files of a home are remembered from one session to the next. */
export function toRecordPath(stateFolder: string, volume: string): string {
  return join(stateFolder, "homes", `${volume}.json`);
}

/** Empty when there is no record yet, or it can't be read: then everything is new. */
export async function readRecord(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!Array.isArray(value)) return new Map();
    const isPair = (one: unknown): one is [string, string] =>
      Array.isArray(one) && one.length === 2 && one.every((text) => typeof text === "string");
    return new Map(value.filter(isPair));
  } catch {
    // Not there, or damaged
    return new Map();
  }
}

export async function writeRecord(path: string, digests: StartFiles["digests"]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, JSON.stringify([...digests]));
}

function toHomePath(path: string): string {
  return path.replace(/^\.?\/?[^/]+\//, "");
}

/** The execute bit counts: it makes a command of a file. */
function toDigest(path: string, { type, mode, target, content, size }: TarEntry): string {
  const bits = (mode & 0o111) === 0 ? "-" : "x";
  if (type === "link") return `link ${bits} ${target}`;
  if (type === "other") return `other ${bits}`;
  return `${digestOf(path, content ?? Buffer.from(`${size} bytes`))} ${bits}`;
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
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
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
