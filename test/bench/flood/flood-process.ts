// Floods the proxy at a socket: SOCKET-PATH FLOOD. It begins when it's told to, and ends when it's told to, or by itself.
import { once } from "node:events";
import { connect } from "node:net";
import { type FloodName, toPressure } from "./floods.ts";

/** Longest that it floods, ms. */
const longestMs = 60_000;

const [path = "", name = ""] = process.argv.slice(2);
const pressure = toPressure(name as FloodName);

process.once("message", () => {
  setTimeout(() => process.exit(), longestMs);
  void pressure.start({
    path,
    connect: async () => {
      const socket = connect({ path });
      await once(socket, "connect");
      return socket;
    },
  });
});
process.send?.({ port: 0 });
process.on("disconnect", () => process.exit());
