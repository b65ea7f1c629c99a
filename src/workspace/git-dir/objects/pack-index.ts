import { Buffer } from "node:buffer";
import type { PlainFile } from "../../../base/fs/plain-file.ts";

// The index of a pack, version 2 (gitformat-pack(5)): a table of how many ids begin with at most each byte, then the ids
// in order, their checksums, and where the objects are in the pack.

const head = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
const fanoutLength = 256 * 4;
const checksumLength = 4;
/** Says that the place is in the table of those that need eight bytes */
const isLarge = 0x8000_0000;

/** Offset of an object in the pack; undefined when it isn't in there. @throws Error for what is no index */
export function findInPack(index: PlainFile, id: Buffer): number | undefined {
  if (!index.readAt(0, head.length).equals(head)) return undefined;
  const fanout = index.readAt(head.length, fanoutLength);
  const first = id[0] ?? 0;
  const count = fanout.readUInt32BE(255 * 4);
  const idsAt = head.length + fanoutLength;
  const found = search(index, { id, idsAt }, [
    first === 0 ? 0 : fanout.readUInt32BE((first - 1) * 4),
    fanout.readUInt32BE(first * 4),
  ]);
  if (found === undefined) return undefined;
  const placesAt = idsAt + count * (id.length + checksumLength);
  const place = index.readAt(placesAt + found * 4, 4).readUInt32BE();
  if (place < isLarge) return place;
  const largeAt = placesAt + count * 4 + (place - isLarge) * 8;
  return Number(index.readAt(largeAt, 8).readBigUInt64BE());
}

/** Number of an id among those in order. */
function search(
  index: PlainFile,
  { id, idsAt }: { readonly id: Buffer; readonly idsAt: number },
  [from, to]: readonly [number, number],
): number | undefined {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const order = index.readAt(idsAt + middle * id.length, id.length).compare(id);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
