/** One file of a tar, or a directory: its `path` ends with `/`, and its content is empty. */
export interface TarEntry {
  /** Relative, with `/` */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Permission bits; default 0o644 */
  readonly mode?: number;
}

/** Of every entry; default: root, and no time, so that the same entries give the same bytes. */
export interface TarOwner {
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAt: Date;
}

const blockBytes = 512;
/** Longest name in a ustar header's first name field, bytes (POSIX.1-1988, ustar) */
const maxNameBytes = 100;
const root: TarOwner = { uid: 0, gid: 0, modifiedAt: new Date(0) };

/** A ustar archive of small files; a longer path has an extended header (pax). */
export function toTar(entries: readonly TarEntry[], owner: TarOwner = root): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const isLong = Buffer.byteLength(entry.path) > maxNameBytes;
    if (isLong) blocks.push(...toBlocks(toPathRecord(entry.path), owner));
    blocks.push(...toBlocks(isLong ? { ...entry, path: cutName(entry.path) } : entry, owner));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

/** Content of the first regular file of a tar, as the engine answers for one path; undefined when there is none. */
export function readFirstFile(tar: Buffer): string | undefined {
  for (let offset = 0; offset + blockBytes <= tar.length;) {
    const header = tar.subarray(offset, offset + blockBytes);
    if (header[0] === 0) return undefined;
    const size = Number.parseInt(header.toString("latin1", 124, 135).trim() || "0", 8);
    if (!Number.isSafeInteger(size)) return undefined;
    const type = header.toString("latin1", 156, 157);
    const start = offset + blockBytes;
    if (type === "0" || type === "\0") return tar.toString("utf8", start, start + size);
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return undefined;
}

interface TarRecord extends TarEntry {
  /** As the format has them; a file's or a directory's own when it's missing */
  readonly type?: string;
}

/** A header with the path of the entry that follows (pax, POSIX.1-2001): `LENGTH path=PATH\n`, the length is its own too. */
function toPathRecord(path: string): TarRecord {
  const rest = ` path=${path}\n`;
  const bytes = Buffer.byteLength(rest);
  const digits = String(bytes + String(bytes).length).length;
  return { path: "path", mode: 0o600, type: "x", content: `${bytes + digits}${rest}` };
}

/** What stands in the header of a path that has a record of its own. */
function cutName(path: string): string {
  return path.endsWith("/") ? "long/" : "long";
}

function toBlocks(record: TarRecord, owner: TarOwner): readonly Buffer[] {
  const content = Buffer.from(record.content as Uint8Array);
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return [toHeader(record, content.length, owner), content, padding];
}

function toHeader(entry: TarRecord, size: number, { uid, gid, modifiedAt }: TarOwner): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(entry.path, 0);
  header.write(toOctal(entry.mode ?? 0o644, 7), 100);
  header.write(toOctal(uid, 7), 108);
  header.write(toOctal(gid, 7), 116);
  header.write(toOctal(size, 11), 124);
  header.write(toOctal(Math.floor(modifiedAt.getTime() / 1000), 11), 136);
  // The checksum counts its own field as blanks
  header.write("        ", 148);
  header.write(entry.type ?? (entry.path.endsWith("/") ? "5" : "0"), 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${toOctal(sum, 6)}\u0000 `, 148);
  return header;
}

function toOctal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
