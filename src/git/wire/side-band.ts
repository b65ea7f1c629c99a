// Several streams in one (gitprotocol-pack, "Packfile Data"): each packet begins with the number of its stream.
import { toPkt } from "./pkt-line.ts";

/** 1: what was asked for. 2: for the user's terminal. 3: why it ended. */
export type Band = 1 | 2 | 3;

/** Bytes of a packet that aren't data: its length, and the band. */
const overheadBytes = 5;

/** `data` in packets of a band. `packetBytes` is a packet's size at most, 1000 or 65520. */
export function toSideBand(band: Band, data: Buffer, packetBytes: number): Buffer {
  const room = packetBytes - overheadBytes;
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length; at += room) {
    packets.push(toPkt(Buffer.concat([Buffer.from([band]), data.subarray(at, at + room)])));
  }
  return Buffer.concat(packets);
}
