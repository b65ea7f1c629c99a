import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { orNothing } from "../../base/fs/beneath.ts";
import { openOrNothing, openRealOrNothing } from "../host-path.ts";
import { toCopyPath, type CopyMount } from "../protect/shown-copies.ts";

/** A log of which the sandbox saw and wrote a copy. */
export interface ShownLog {
  /** Absolute real path of the folder that `names` begin in */
  readonly root: string;
  readonly names: readonly string[];
  /** Absolute path of the copy */
  readonly copy: string;
  /** Of the copy at first, `bytes` */
  readonly length: number;
  /** SHA-256 of it */
  readonly digest: string;
}

/** What one session may add to a log */
const maxCopyBytes = 64 * 1024 * 1024;

export function toShownLogs(copies: readonly CopyMount[], directory: string): readonly ShownLog[] {
  return copies.flatMap(({ content, log }, index) => {
    if (log === undefined || !(content instanceof Uint8Array)) return [];
    const { root, names } = log;
    const copy = toCopyPath(directory, index);
    return [{ root, names, copy, length: content.length, digest: toDigest(content) }];
  });
}

/** Adds to the logs what was written to the copies; one that was changed otherwise is left where it is. */
export function returnLogs(logs: readonly ShownLog[]): void {
  for (const { root, names, copy, length, digest } of logs) {
    using folder = openOrNothing(dirname(copy));
    const content = folder?.read(basename(copy), maxCopyBytes);
    if (content === undefined || toDigest(content.subarray(0, length)) !== digest) continue;
    // Once, whoever looks again
    if (folder?.remove(basename(copy), "file") !== true || content.length === length) continue;
    using outer = openRealOrNothing(root);
    using place = orNothing(() => outer?.openPath(names.slice(0, -1)));
    place?.append(names.at(-1) ?? "", content.subarray(length));
  }
}

function toDigest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
