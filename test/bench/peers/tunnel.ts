// A CONNECT tunnel of a few lines: the floor for any proxy in Node that looks at nothing.
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { resolveBenchNames } from "./loopback-names.ts";

resolveBenchNames();
const server = createServer((_, response) => response.writeHead(405).end());
server.on("connect", (request, client) => {
  const [host = "", port = ""] = (request.url ?? "").split(":");
  const upstream = connect({ host, port: Number(port), noDelay: true }, () => {
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    upstream.pipe(client).pipe(upstream);
  });
  const end = (): void => {
    upstream.destroy();
    client.destroy();
  };
  upstream.on("error", end).on("close", end);
  client.on("error", end).on("close", end);
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit());
