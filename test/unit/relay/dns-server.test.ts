import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { serveTcpDns } from "../../../src/relay/dns-server.ts";

test("the resolver waits for no question that is longer than one can be", async () => {
  const isClosedAt = async (length: number): Promise<boolean> => {
    const socket = new PassThrough();
    serveTcpDns(
      Object.assign(socket, { setTimeout: () => socket }) as unknown as Socket,
      "127.0.0.1",
    );
    socket.write(Buffer.from([length >> 8, length & 0xff]));
    await new Promise(setImmediate);
    return socket.destroyed;
  };
  expect(await isClosedAt(4096)).toBe(false);
  expect(await isClosedAt(4097)).toBe(true);
});
