/** One entry of a home volume's tar: the files an agent is seeded with, owned by the sandbox's user. */
export interface ArchiveEntry {
  /** Relative, with `/`; a directory ends with `/` */
  readonly path: string;
  readonly mode: number;
  readonly content?: string | Buffer;
}

const blockBytes = 512;
/** Longest name without a prefix field (POSIX.1-1988, ustar) */
const maxNameBytes = 100;

interface TarOwner {
  readonly uid: number;
  readonly gid: number;
}

/** A ustar archive with an owner; the engine extracts it into a container that was never started. */
export function toOwnedTar(entries: readonly ArchiveEntry[], owner: TarOwner): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const isLong = Buffer.byteLength(entry.path) > maxNameBytes;
    if (isLong) blocks.push(...toBlocks(toPathRecord(entry.path), owner));
    blocks.push(...toBlocks(isLong ? { ...entry, path: cutName(entry.path) } : entry, owner));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

/** Files and empty folders under `root`, with `root` and every directory between, each once and before what is in it. */
export function withParents(
  files: readonly ArchiveEntry[],
  { root, folders = [] }: { readonly root: string; readonly folders?: readonly string[] },
): readonly ArchiveEntry[] {
  const directories = new Set<string>([`${root}/`]);
  for (const path of [
    ...files.map((file) => file.path),
    ...folders.map((folder) => `${folder}/`),
  ]) {
    const parts = path.split("/");
    for (let count = 1; count < parts.length; count += 1) {
      directories.add(`${[root, ...parts.slice(0, count)].join("/")}/`);
    }
  }
  return [
    ...[...directories].map((path) => ({ path, mode: 0o700 })),
    ...files.map((file) => ({ ...file, path: `${root}/${file.path}` })),
  ];
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

interface TarRecord extends ArchiveEntry {
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
  const content = Buffer.from(record.content ?? "");
  const filling = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return [toHeader(record, content.length, owner), content, filling];
}

function toHeader(entry: TarRecord, size: number, owner: TarOwner): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(entry.path, 0);
  header.write(toOctal(entry.mode, 7), 100);
  header.write(toOctal(owner.uid, 7), 108);
  header.write(toOctal(owner.gid, 7), 116);
  header.write(toOctal(size, 11), 124);
  header.write(toOctal(Math.floor(Date.now() / 1000), 11), 136);
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
