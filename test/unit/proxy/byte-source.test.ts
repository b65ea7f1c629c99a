import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { ByteSource } from "../../../src/proxy/byte-source.ts";
import { proxyLimits } from "../../../src/proxy/limits.ts";
import { ReadAhead } from "../../../src/proxy/read-ahead.ts";

const piece = Buffer.alloc(16 * 1024);

/** Writes pieces until the source has stopped its socket. */
async function fill(socket: PassThrough): Promise<void> {
  for (let count = 0; count < 100 && !socket.isPaused(); count += 1) {
    socket.write(piece);
    await turn();
  }
}

it("reads 256 KiB ahead, and one piece once all sockets together have read much", async () => {
  const readAhead = new ReadAhead();
  const [one, other] = [new PassThrough(), new PassThrough()];
  const first = new ByteSource(one, readAhead);
  await fill(one);
  expect(first.buffered).toBe(256 * 1024);
  readAhead.add(proxyLimits.readAheadBytes);
  const second = new ByteSource(other, readAhead);
  await fill(other);
  expect(second.buffered).toBe(piece.length);
  expect(await second.next()).toHaveLength(piece.length);
  expect(other.isPaused()).toBe(false);
});

it("counts nothing that nobody will take", async () => {
  const readAhead = new ReadAhead();
  readAhead.add(proxyLimits.readAheadBytes - 1);
  const socket = new PassThrough();
  const source = new ByteSource(socket, readAhead);
  await fill(socket);
  expect(readAhead.isFull).toBe(true);
  socket.destroy();
  await turn();
  expect(source.buffered).toBeGreaterThan(0);
  expect(readAhead.isFull).toBe(false);
  await source.next();
  readAhead.add(1);
  expect(readAhead.isFull).toBe(true);
});
