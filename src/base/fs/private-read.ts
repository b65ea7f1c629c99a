import { VaultboxError, toCode } from "../errors.ts";
import { openRegularFile } from "./regular-file.ts";
import { quoted } from "../printable.ts";

/**
 * Reads a small file that somebody else may have made: it must be a regular file itself (no link, pipe or device) and
 * not larger than `maxBytes`. Undefined when there is none.
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export async function readPlainFile(
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const handle = await openRegularFile(path, { followsLinks: false }).catch((error: unknown) => {
    if (error instanceof VaultboxError) throw error;
    const code = toCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const why = code === "ELOOP" ? "it is a symbolic link" : code;
    throw unsafe(path, why, error);
  });
  if (handle === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > maxBytes) throw unsafe(path, `it is larger than ${maxBytes / 1024} KiB`);
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

function unsafe(path: string, why: string, cause?: unknown): VaultboxError {
  return new VaultboxError("VBX_FILE_UNSAFE", `cannot read ${quoted(path)}: ${why}`, { cause });
}
