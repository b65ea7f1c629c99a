/** One regular file of a tar; `path` is relative, at most 100 bytes. */
export interface TarEntry {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Permission bits; default 0o644 */
  readonly mode?: number;
}

const blockBytes = 512;
/** Longest name in a ustar header's first name field, bytes (POSIX.1-1988, ustar) */
const maxNameBytes = 100;

/** A ustar archive of small files, owned by root, without times: the same entries give the same bytes. */
export function toTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content as Uint8Array);
    const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
    return [toHeader(entry, content.length), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function toHeader(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  if (Buffer.byteLength(entry.path) > maxNameBytes) throw new Error("tar entry name too long");
  header.write(entry.path, 0);
  header.write(toOctal(entry.mode ?? 0o644, 7), 100);
  header.write(toOctal(0, 7), 108);
  header.write(toOctal(0, 7), 116);
  header.write(toOctal(size, 11), 124);
  header.write(toOctal(0, 11), 136);
  // The checksum counts its own field as blanks
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${toOctal(sum, 6)}\u0000 `, 148);
  return header;
}

function toOctal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
