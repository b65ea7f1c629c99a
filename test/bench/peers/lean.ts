// A measuring stick, not a proxy: TLS ends here and begins anew, one field is put on each request's head, and all other
// bytes go on as they come. - UPSTREAM-CA-FILE CA-OUT. It decides and records nothing, believes whatever it reads, has one
// certificate for every host: what it costs is what any proxy in Node pays.
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import { createTestCa } from "../../support/test-ca.ts";
import { injected } from "../injected.ts";

const [, upstreamCa = "", caOut = ""] = process.argv.slice(2);
const ca = createTestCa("lean");
writeFileSync(caOut, ca.certPem);
const { certPem: cert, keyPem: key } = ca.issue({ hosts: ["*.bench.test"] });
const clientContext = createSecureContext({ cert, key });
const upstreamContext = createSecureContext({ ca: readFileSync(upstreamCa) });
const headEnd = "\r\n\r\n";
const field = `\r\n${injected.header}: ${injected.value}${headEnd}`;

/** Says where one message ends, by its length or by its chunks. */
class Message {
  #left = 0;
  #isChunked = false;
  #line = "";

  begin(head: string): void {
    this.#isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    this.#left = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    this.#line = "";
  }

  /** Whether the body ends with this piece of it. */
  endsWith(piece: Buffer): boolean {
    if (!this.#isChunked) return (this.#left -= piece.length) <= 0;
    for (let at = 0; at < piece.length;) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, piece.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      const end = piece.indexOf(10, at) + 1;
      this.#line += piece.toString("latin1", at, end === 0 ? piece.length : end);
      if (end === 0) return false;
      if (this.#line === "\r\n") return true;
      const size = Number.parseInt(this.#line, 16);
      // The last chunk has no bytes, and an empty line behind it
      this.#left = size === 0 ? 0 : size + 2;
      this.#line = "";
      at = end;
    }
    return false;
  }
}

interface Upstream {
  readonly socket: TLSSocket;
  onPiece: (piece: Buffer) => void;
}

const idle = new Map<string, Upstream[]>();

function dial(host: string, port: number): Upstream {
  const secureContext = upstreamContext;
  const socket = connect({ port, host: "127.0.0.1", servername: host, secureContext });
  socket.setNoDelay(true);
  const upstream: Upstream = { socket, onPiece: () => undefined };
  socket.on("data", (piece: Buffer) => upstream.onPiece(piece)).on("error", () => socket.destroy());
  return upstream;
}

/** Writes, and stops the source for as long as the other side is slower. */
function pass(piece: Buffer, from: Socket, to: Socket): void {
  if (to.write(piece)) return;
  from.pause();
  to.once("drain", () => from.resume());
}

function serve(client: TLSSocket, host: string, port: number): void {
  const kept = idle.get(`${host}:${port}`) ?? [];
  idle.set(`${host}:${port}`, kept);
  const answer = new Message();
  let upstream: Upstream | undefined;
  const onAnswer = (from: Upstream) => {
    let isBegun = false;
    return (piece: Buffer): void => {
      const end = isBegun ? 0 : piece.indexOf(headEnd) + headEnd.length;
      if (!isBegun) answer.begin(piece.toString("latin1", 0, end));
      isBegun = true;
      pass(piece, from.socket, client);
      if (!answer.endsWith(piece.subarray(end))) return;
      upstream = undefined;
      kept.push(from);
    };
  };
  client.on("data", (piece: Buffer) => {
    if (upstream !== undefined) return pass(piece, client, upstream.socket);
    const end = piece.indexOf(headEnd);
    const head = piece.toString("latin1", 0, end);
    upstream = kept.pop() ?? dial(host, port);
    upstream.onPiece = onAnswer(upstream);
    const body = piece.subarray(end + headEnd.length);
    pass(Buffer.concat([Buffer.from(head + field, "latin1"), body]), client, upstream.socket);
  });
  client.on("error", () => client.destroy()).on("close", () => upstream?.socket.destroy());
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.once("data", (head: Buffer) => {
    const [, host = "", port = ""] = /^CONNECT ([^:]+):(\d+)/.exec(head.toString("latin1")) ?? [];
    socket.write(`HTTP/1.1 200 OK${headEnd}`);
    const client = new TLSSocket(socket, { isServer: true, secureContext: clientContext });
    serve(client, host, Number(port));
  });
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit());
