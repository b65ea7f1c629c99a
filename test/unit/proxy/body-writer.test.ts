import { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Body, bufferedBody } from "../../../src/http/body.ts";
import { BodyWriter } from "../../../src/proxy/body-writer.ts";
import { ByteSource } from "../../../src/proxy/byte-source.ts";
import { proxyLimits } from "../../../src/proxy/limits.ts";
import { ReadAhead } from "../../../src/proxy/read-ahead.ts";

const bulk = Buffer.alloc(16 * 1024, "b");
const framing = { start: ({ length }: Buffer) => `<${length}>`, end: ";" };

/** What it's given is seen write by write, and taken when the test says so. */
class Reader extends Socket {
  readonly writes: string[] = [];
  #taken: (() => void) | undefined;

  override _write(chunk: Buffer | string, _: BufferEncoding, done: () => void): void {
    this.#take([chunk], done);
  }

  override _writev(items: { chunk: Buffer | string }[], done: () => void): void {
    this.#take(
      items.map(({ chunk }) => chunk),
      done,
    );
  }

  /** All that was written so far is on its way. */
  takeAll(): void {
    this.#taken?.();
  }

  #take(chunks: (Buffer | string)[], done: () => void): void {
    this.writes.push(chunks.map((chunk) => chunk.toString("latin1")).join(""));
    this.#taken = done;
  }
}

function startWriting(body: Partial<Body> = {}): {
  socket: Reader;
  writer: BodyWriter;
  readAhead: ReadAhead;
} {
  const socket = new Reader();
  const readAhead = new ReadAhead();
  const source = new ByteSource(socket, readAhead);
  const message = { head: "head ", body: { ...bufferedBody("…"), ...body }, framing };
  return { socket, readAhead, writer: new BodyWriter({ socket, source }, message) };
}

test("a small piece goes out at once, in one write with the head in front of it", () => {
  const { socket, writer } = startWriting();
  writer.write(Buffer.from("event"));
  expect(socket.writes).toEqual(["head <5>event;"]);
});

test("a head whose body is still to come doesn't wait for it", () => {
  const { socket } = startWriting({ isReady: false });
  expect(socket.writes).toEqual(["head "]);
});

test("the large pieces of one turn go out in one write, in order, and at the end nothing waits", async () => {
  const { socket, writer } = startWriting();
  const chunk = `<16384>${bulk.toString()};`;
  writer.write(bulk);
  writer.write(Buffer.from("small"));
  writer.write(bulk);
  expect(socket.writes).toEqual([]);
  await turn();
  expect(socket.writes).toEqual([`head ${chunk}<5>small;${chunk}`]);
  socket.takeAll();
  await turn();
  writer.write(bulk);
  writer.end("last");
  expect(socket.writes.slice(1)).toEqual([`${chunk}last`]);
});

test("256 KiB wait for a reader, or 64 when much waits in the whole session", async () => {
  const { socket, writer, readAhead } = startWriting();
  const fill = (): number => {
    for (let bytes = 0; ; bytes += bulk.length) {
      if (writer.isFull) return bytes;
      writer.write(bulk);
    }
  };
  expect(fill()).toBe(proxyLimits.unsentBytes);
  const waiting = writer.drained();
  readAhead.add(proxyLimits.readAheadBytes - proxyLimits.unsentBytes);
  // What waits counts
  expect(readAhead.isFull).toBe(true);
  await turn();
  socket.takeAll();
  await waiting;
  expect(readAhead.isFull).toBe(false);
  readAhead.add(proxyLimits.unsentBytes);
  expect(fill()).toBe(64 * 1024);
});
