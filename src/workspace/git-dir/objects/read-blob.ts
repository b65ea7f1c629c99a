import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { orNothing, type Folder } from "../../../base/fs/beneath.ts";
import { inflate, toPackedLimit, readPacked } from "./pack-object.ts";
import { findInPack } from "./pack-index.ts";

// Files as a repository has them, read without git: what lies in a workspace is a sandbox's to write, and git started
// there would go by it (settings, links, objects of other repositories). What can't be read this way counts as not there.

/** `blob 12345678\0` */
const maxHeadLength = 32;
/** A pack that is being written anew is there twice; more packs than this are gathered by any maintenance */
const maxPacks = 1000;

/**
 * The content of a file of at most `maxBytes`, from the repository's own objects.
 * @param repository its folder, of which all work trees share the objects
 * @param id as hexadecimal digits
 * @returns undefined when it isn't there, is larger, or no blob
 */
export function readBlob(repository: Folder, id: string, maxBytes: number): Buffer | undefined {
  using objects = orNothing(() => repository.open("objects"));
  if (objects === undefined) return undefined;
  const content = readLoose(objects, id, maxBytes) ?? readFromPacks(objects, id, maxBytes);
  return content !== undefined && toBlobId(content, id.length) === id ? content : undefined;
}

/** The id that git gives a file of this content. @param length digits of an id, which tell the kind of hash */
export function toBlobId(content: Uint8Array, length: number): string {
  const hash = createHash(length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${content.length}\0`).update(content).digest("hex");
}

function readLoose(objects: Folder, id: string, maxBytes: number): Buffer | undefined {
  using folder = orNothing(() => objects.open(id.slice(0, 2)));
  const packed = folder?.read(id.slice(2), toPackedLimit(maxBytes));
  const whole = packed && orNothing(() => inflate(packed, maxBytes + maxHeadLength));
  const end = whole?.subarray(0, maxHeadLength).indexOf(0) ?? -1;
  if (whole === undefined || end === -1) return undefined;
  const content = whole.subarray(end + 1);
  return whole.toString("latin1", 0, end) === `blob ${content.length}` ? content : undefined;
}

function readFromPacks(objects: Folder, id: string, maxBytes: number): Buffer | undefined {
  using folder = orNothing(() => objects.open("pack"));
  const names = folder && orNothing(() => folder.entries());
  const packs = (names ?? []).filter(({ name, kind }) => kind === "file" && name.endsWith(".idx"));
  const wanted = Buffer.from(id, "hex");
  for (const { name } of packs.slice(0, maxPacks)) {
    using index = folder?.openFile(name);
    const at = index && orNothing(() => findInPack(index, wanted));
    if (index === undefined || at === undefined) continue;
    using pack = folder?.openFile(name.replace(/\.idx$/, ".pack"));
    const place = { index, idLength: wanted.length, maxBytes };
    const content = pack && orNothing(() => readPacked(pack, at, place));
    if (content !== undefined) return content;
  }
  return undefined;
}
