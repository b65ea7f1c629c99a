import { stat } from "node:fs/promises";
import { join } from "node:path";
import { startGit, type GitEnd, type GitProcess, writeTo } from "./git-process.ts";
import { Patience } from "./git-patience.ts";
import type { GitProgram } from "./git-process.ts";
import { maxGitMemoryBytes, maxIndexMs, maxPackObjects } from "./limits.ts";

/** A pack that comes in pieces, and how much of it is taken. */
export interface PackSource {
  readonly next: () => Promise<Buffer | undefined>;
  readonly maxBytes: number;
  /** Whether objects are looked at as fsck does: trees' order, doubles, names like `.git` */
  readonly checksObjects: boolean;
  /** Time that git may take in `ms`, beside the time that `next` takes; default `maxIndexMs` */
  readonly patienceMs?: number;
}

/** What became of a pack. `why` is a short text of ours, or undefined of `too-big`. */
export type PackIntake =
  | { readonly type: "taken"; readonly file: string; readonly bytes: number }
  | { readonly type: "too-big" }
  | { readonly type: "refused"; readonly why: string };

interface Place {
  readonly git: GitProgram;
  readonly repository: string;
  readonly signal: AbortSignal;
}

/** `PACK`, version, number of objects (git's gitformat-pack). */
const headerBytes = 12;

/**
 * Streams a pack into `git index-pack`, which checks its form, inflates every object and writes its index. The pack
 * must stand for itself: no delta against an object outside of it.
 * @throws what `next` throws
 */
export async function takeInPack(place: Place, source: PackSource): Promise<PackIntake> {
  const { header, bytes: early } = await readHeader(source.next);
  const fault = findHeaderFault(header);
  if (fault !== undefined) return { type: "refused", why: fault };
  if (early.length > source.maxBytes) return { type: "too-big" };
  const args = ["index-pack", "--stdin", "--threads=2", `--max-input-size=${source.maxBytes}`];
  if (source.checksObjects) args.push("--fsck-objects");
  const child = startGit({ ...place, args, timeoutMs: undefined });
  const output = collectText(child);
  const patience = new Patience(child, source.patienceMs ?? maxIndexMs);
  let bytes = 0;
  try {
    for (let piece: Buffer | undefined = early; piece !== undefined; piece = await source.next()) {
      bytes += piece.length;
      if (bytes > source.maxBytes) return { type: "too-big" };
      if (!child.stdin.writable) break;
      await patience.wait(writeTo(child, piece));
    }
    child.stdin.end();
    const end = await patience.wait(child.ended);
    return await toIntake(place, { end, bytes, output: output(), late: patience.isOver });
  } finally {
    child.kill();
    await child.ended;
  }
}

interface IndexResult {
  readonly end: GitEnd;
  readonly output: string;
  readonly bytes: number;
  readonly late: boolean;
}

async function toIntake(place: Place, result: IndexResult): Promise<PackIntake> {
  const { end, bytes, late } = result;
  if (late) return { type: "refused", why: "it takes too long to check" };
  if (/exceeds maximum allowed size/.test(end.stderr)) return { type: "too-big" };
  const hash = /^pack\t([0-9a-f]{40,64})\n/.exec(result.output)?.[1];
  const isGood = end.status === 0 || lacksOnlyAttributes(end);
  if (!isGood || hash === undefined) return { type: "refused", why: toReason(end.stderr) };
  const file = join(place.repository, "objects", "pack", `pack-${hash}.pack`);
  // From a pipe, git reads to the pack's end and no further: what is behind it would go upstream unseen
  if ((await stat(file)).size !== bytes) {
    return { type: "refused", why: "there are bytes behind the pack's end" };
  }
  return { type: "taken", file, bytes };
}

/**
 * Whether everything is well but that there are `.gitattributes` to look at whose content the pack doesn't have: they
 * are the upstream's, and unchanged. Git says so last, when the pack and its index are in their place; of all that it
 * finds fault with there is a line with the fault's name.
 */
function lacksOnlyAttributes({ status, stderr }: GitEnd): boolean {
  const [last, ...others] = stderr.trimEnd().split("\n").toReversed();
  return (
    status === 128 &&
    last === "fatal: fsck error in pack objects" &&
    others.length > 0 &&
    others.every((line) => /^error: object [0-9a-f]{40,64}: gitattributesMissing: /.test(line))
  );
}

/** Git's own words may hold bytes of the pack: they choose the text, and aren't in it. */
function toReason(stderr: string): string {
  if (/unresolved delta/.test(stderr)) {
    return "the pack is thin (it builds on objects that aren't in it); run git push --no-thin";
  }
  if (/No space left|Disk quota exceeded/i.test(stderr)) return "the host's disk is full";
  if (/out of memory|malloc|mmap failed|cannot allocate/i.test(stderr)) {
    return `checking it needs more than ${maxGitMemoryBytes / 1024 ** 3} GiB of memory`;
  }
  if (/fsck error|in packed object|badTree|object corrupt/i.test(stderr)) {
    return "the pack holds a malformed object";
  }
  if (/early EOF|unexpected end/i.test(stderr)) return "the pack ends too early";
  if (/SHA1 mismatch|hash mismatch|is corrupted/i.test(stderr)) {
    return "the pack's checksum is wrong";
  }
  return "it isn't a valid pack";
}

async function readHeader(
  next: PackSource["next"],
): Promise<{ readonly header: Buffer; readonly bytes: Buffer }> {
  const pieces: Buffer[] = [];
  let size = 0;
  while (size < headerBytes) {
    const piece = await next();
    if (piece === undefined) break;
    pieces.push(piece);
    size += piece.length;
  }
  const bytes = Buffer.concat(pieces);
  return { header: bytes.subarray(0, headerBytes), bytes };
}

function findHeaderFault(header: Buffer): string | undefined {
  if (header.length === 0) return "the pack is missing";
  if (header.length < headerBytes) return "the pack ends too early";
  if (header.toString("latin1", 0, 4) !== "PACK") return "it isn't a valid pack";
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) return "the pack's version isn't 2 or 3";
  if (header.readUInt32BE(8) > maxPackObjects) {
    return `the pack has more than ${maxPackObjects} objects`;
  }
  return undefined;
}

function collectText(child: GitProcess): () => string {
  let text = "";
  child.stdout.on("data", (piece: Buffer) => {
    if (text.length < 4096) text += piece.toString("latin1");
  });
  return () => text;
}
