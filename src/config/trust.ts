import { createHash } from "node:crypto";
import { mkdir, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { VaultboxError, hasCode } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { quoted } from "../base/printable.ts";
import type { Paths } from "../base/paths.ts";
import { fieldsOf, parseJson, text, textLike } from "../base/shape.ts";
import { readPlainFile } from "../base/fs/private-read.ts";

/** That the user trusts one content of one file; any other content of it is not trusted. */
export interface TrustRecord {
  /** Absolute path of the file */
  readonly path: string;
  /** SHA-256 of the trusted content, hex */
  readonly sha256: string;
  /** RFC 3339, UTC */
  readonly trustedAt: string;
}

const maxRecordBytes = 16 * 1024;
const trustRecord = fieldsOf<TrustRecord>({
  path: text,
  sha256: textLike((digest) => /^[0-9a-f]{64}$/.test(digest)),
  trustedAt: text,
});

/**
 * What is trusted at a path, or undefined.
 * @throws VaultboxError VBX_CONFIG_INVALID when the record can't be read: that's no trust, and no reason to write a new one
 */
export async function readTrust(path: string, paths: Paths): Promise<TrustRecord | undefined> {
  const file = toRecordPath(path, paths);
  const content = await readPlainFile(file, maxRecordBytes);
  if (content === undefined) return undefined;
  const record = parseJson(Buffer.from(content).toString("utf8"), trustRecord);
  if (record?.path === path) return record;
  throw new VaultboxError("VBX_CONFIG_INVALID", `the trust record ${quoted(file)} is damaged`, {
    hints: ["delete it, then run: vaultbox trust"],
  });
}

/** Paths of all files that are trusted in some content, sorted; a record that can't be read is left out. */
export async function listTrusted(paths: Paths): Promise<readonly string[]> {
  const files = await readdir(toFolder(paths)).catch(() => []);
  const records = await Promise.all(
    files.map(async (name) => {
      const content = await readPlainFile(join(toFolder(paths), name), maxRecordBytes).catch(
        () => undefined,
      );
      return content && parseJson(Buffer.from(content).toString("utf8"), trustRecord);
    }),
  );
  return records.flatMap((record) => record?.path ?? []).sort();
}

/** Trusts exactly this content at this path, from now on; a record per file, so that two commands at once can't lose one. */
export async function trustAsItIs(
  { path, sha256 }: Omit<TrustRecord, "trustedAt">,
  paths: Paths,
): Promise<void> {
  const record: TrustRecord = { path, sha256, trustedAt: new Date().toISOString() };
  await mkdir(toFolder(paths), { recursive: true, mode: 0o700 });
  const json = `${JSON.stringify(record, undefined, 2)}\n`;
  await writeFileAtomic(toRecordPath(path, paths), json, { mode: 0o600 });
}

/** Takes the trust in a file back; false when there was none. */
export async function revokeTrust(path: string, paths: Paths): Promise<boolean> {
  try {
    await unlink(toRecordPath(path, paths));
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

function toFolder(paths: Paths): string {
  return join(paths.config, "trust");
}

function toRecordPath(path: string, paths: Paths): string {
  return join(toFolder(paths), `${createHash("sha256").update(path).digest("hex")}.json`);
}
