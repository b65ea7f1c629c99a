// Row 40 in full: `node test/soak/proxy-pressure.ts [--scale 0.1]`. One line of JSON for each pressure.
import { once } from "node:events";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import type { Dialer } from "../../src/proxy/dial.ts";
import { startProxy } from "../support/proxy-fixture.ts";
import {
  headBombs,
  idleTunnels,
  manyNames,
  measurePressure,
  slowHeads,
  stuckUploads,
} from "../support/proxy-pressure.ts";
import { type RawUpstream, startRawUpstream } from "../support/upstream.ts";

const { values } = parseArgs({ options: { scale: { type: "string", default: "1" } } });
const scale = Number(values.scale);

function dialerTo(up: RawUpstream, stuck: RawUpstream): Dialer {
  return {
    dial: async ({ host }) => {
      const { port } = host === "stuck.example" ? stuck : up;
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      await once(socket, "connect");
      return { socket, address: "127.0.0.1" };
    },
  };
}

const names = manyNames(Math.round(100_000 * scale));
const pressures = [
  slowHeads(Math.round(10_000 * scale)),
  idleTunnels(Math.round(10_000 * scale)),
  headBombs(32),
  stuckUploads(Math.max(1, Math.round(200 * scale))),
  names,
];

for (const pressure of pressures) {
  await using up = await startRawUpstream({
    onConnection: (socket) =>
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
  });
  await using stuck = await startRawUpstream({ onConnection: (socket) => socket.pause() });
  await using proxy = await startProxy({
    rules: ["* http://up.example", "* https://up.example", "* http://stuck.example"],
    dialer: dialerTo(up, stuck),
  });
  const result = await measurePressure(proxy, pressure, 2000);
  const extra = pressure === names ? { names: names.done() } : {};
  process.stdout.write(`${JSON.stringify({ ...result, ...extra })}\n`);
}
