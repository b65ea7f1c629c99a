import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ProxyFixture } from "./proxy-fixture.ts";
import { openTunnel } from "./tls-client.ts";

/** A request as a client would send it. */
export interface ApiCall {
  readonly title: string;
  /** `METHOD https://host/path` */
  readonly line: string;
  /** Sent as JSON; text is sent as it is */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallAnswer {
  readonly status: number;
  readonly refusal: string | undefined;
  readonly body: string;
}

/** Sends one call on a connection of its own. */
export async function sendCall(proxy: ProxyFixture, call: ApiCall): Promise<CallAnswer> {
  const { host, text } = toRequest(call);
  return exchange(await openTunnel(proxy, `${host}:443`), text);
}

/** Sends the same bytes to a server of plain HTTP on loopback, past every proxy. */
export async function sendPast(port: number, call: ApiCall): Promise<CallAnswer> {
  return exchange(connect({ port, host: "127.0.0.1" }), toRequest(call).text);
}

function toRequest(call: ApiCall): { readonly host: string; readonly text: string } {
  const [method = "", url = ""] = call.line.split(" ");
  const [, host = "", target = ""] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? [];
  const body = call.body === undefined ? "" : toText(call.body);
  const headers = {
    Host: host,
    ...(call.body === undefined
      ? {}
      : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
    Connection: "close",
    Accept: "application/json",
    ...call.headers,
  };
  const head = Object.entries(headers)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return { host, text: `${method} ${target} HTTP/1.1\r\n${head.join("")}\r\n${body}` };
}

async function exchange(socket: Socket, text: string): Promise<CallAnswer> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("error", () => socket.destroy()).on("end", () => socket.destroy());
  socket.write(text);
  await once(socket, "close");
  return toAnswer(Buffer.concat(pieces).toString("utf8"));
}

function toText(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

function toAnswer(text: string): CallAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    refusal: /^x-vaultbox-refusal: (.*)$/im.exec(head)?.[1],
    body: rest.join("\r\n\r\n"),
  };
}
