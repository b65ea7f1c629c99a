import { connect } from "node:http2";
import { Duplex, duplexPair } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openStdioLink } from "../../../../src/sandbox/link/stdio-link.ts";

test("a link can be closed when the relay's stream has ended and never takes the rest", async () => {
  // The session writes a last frame at any of these moments
  for (const afterMs of [0, 1, 5, 20]) {
    const [near, far] = duplexPair();
    const pipe = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        near.write(chunk);
        done();
      },
      final: () => undefined,
    });
    near.on("data", (chunk: Buffer) => pipe.push(chunk));
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    const link = openStdioLink(pipe, (_service, socket) => {
      socket.resume();
      resolve();
    });
    const client = connect("http://relay", { createConnection: () => far });
    client.on("error", () => undefined);
    const request = client.request({ ":method": "CONNECT", ":authority": "relay:1" });
    request.on("error", () => undefined);
    request.write("proxy\n");
    await connected;
    pipe.push(null);
    await sleep(afterMs);
    link.close();
    await link.ended;
    client.destroy();
  }
  expect.assertions(0);
});
