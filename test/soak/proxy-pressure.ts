import { once } from "node:events";
import { connect } from "node:net";
import type { Dialer } from "../../src/proxy/upstream/dial.ts";
import { startProxy } from "../support/proxy-fixture.ts";
import {
  headBombs,
  idleTunnels,
  manyNames,
  measurePressure,
  type Pressure,
  type PressureResult,
  slowHeads,
  stuckUploads,
} from "../support/proxy-pressure.ts";
import type { SoakPart } from "./soak-part.ts";
import { type RawUpstream, startRawUpstream } from "../support/upstream.ts";

/** Row 40 in full: what an ordinary client notices while others press; a round is one of a hundred of each. */
export const proxyPressure: SoakPart = {
  name: "pressure",
  rounds: 100,
  run: async (rounds) => {
    const scale = rounds / 100;
    const names = manyNames(Math.round(100_000 * scale));
    const pressures = [
      slowHeads(Math.round(10_000 * scale)),
      idleTunnels(Math.round(10_000 * scale)),
      headBombs(32),
      stuckUploads(Math.max(1, Math.round(200 * scale))),
      names,
    ];
    const results: PressureResult[] = [];
    for (const pressure of pressures) results.push(await press(pressure));
    const passed = results.every(({ failures }) => failures === 0);
    return { passed, figures: { pressures: results, names: names.done() } };
  },
};

async function press(pressure: Pressure): Promise<PressureResult> {
  await using up = await startRawUpstream({
    onConnection: (socket) =>
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
  });
  await using stuck = await startRawUpstream({ onConnection: (socket) => socket.pause() });
  await using proxy = await startProxy({
    rules: ["* http://up.example", "* https://up.example", "* http://stuck.example"],
    dialer: dialerTo(up, stuck),
  });
  return await measurePressure(proxy, pressure, 2000);
}

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
