// The server that every target forwards to: a child process, so that it shares no event loop with the clients.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { injected } from "./injected.ts";

const [certPath = "", keyPath = ""] = process.argv.slice(2);
const json = JSON.stringify({ text: "x".repeat(1000) });
const block = Buffer.alloc(64 * 1024, 0x61);
/** Requests that had the credential on them, and those that hadn't. */
const seen = { injected: 0, bare: 0 };

function download(response: ServerResponse, total: number): void {
  let left = total;
  response.writeHead(200, { "content-length": total });
  const push = (): void => {
    while (left > 0) {
      const part = left < block.length ? block.subarray(0, left) : block;
      left -= part.length;
      if (!response.write(part)) {
        response.once("drain", push);
        return;
      }
    }
    response.end();
  };
  push();
}

/** Each event carries the monotonic time of its sending, ns, which all processes of a machine share. */
async function sendEvents(response: ServerResponse, count: number): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let event = 0; event < count; event += 1) {
    response.write(`data: ${process.hrtime.bigint()}\n\n`);
    await sleep(1);
  }
  response.end();
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers[injected.header] === injected.value) seen.injected += 1;
  else seen.bare += 1;
  const url = new URL(request.url ?? "/", "https://localhost");
  const count = Number(url.searchParams.get("count") ?? 0);
  if (url.pathname === "/download") download(response, count);
  else if (url.pathname === "/events") void sendEvents(response, count);
  else if (url.pathname === "/upload") {
    let received = 0;
    request.on("data", (part: Buffer) => (received += part.length));
    request.on("end", () => response.end(String(received)));
  } else {
    response.writeHead(200, { "content-type": "application/json", "content-length": json.length });
    response.end(json);
  }
}

const server = createServer(
  {
    cert: readFileSync(certPath),
    key: readFileSync(keyPath),
    noDelay: true,
    keepAliveTimeout: 120_000,
  },
  answer,
);
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("message", () => process.send?.(seen));
process.on("disconnect", () => process.exit());
