import { once } from "node:events";
import { request as startRequest, type IncomingMessage } from "node:http";
import { gitHost } from "./git-server.ts";
import type { ProxyFixture } from "./proxy-fixture.ts";
import { openTunnel } from "./tls-client.ts";

/** An update as a client writes it in a push request; nothing about it is checked. */
export interface CraftedUpdate {
  readonly from: string;
  readonly to: string;
  readonly ref: string;
}

/** The request of a push, part by part, so that a test can leave one out or put a wrong one in. */
export interface CraftedPush {
  readonly updates: readonly CraftedUpdate[];
  /** After the first update's NUL; default: report-status, side-band-64k, quiet */
  readonly capabilities?: string;
  /** Lines before the updates, as `shallow OID` or a push certificate has them */
  readonly before?: readonly string[];
  /** A section of its own after the updates */
  readonly options?: readonly string[];
  readonly pack?: Buffer;
  /** Headers in place of the usual ones */
  readonly headers?: Readonly<Record<string, string>>;
  /** Applied to the whole body */
  readonly encode?: (body: Buffer) => Buffer;
  /** Path of the request instead of `/NAME.git/git-receive-pack` */
  readonly path?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export const zeroId = "0".repeat(40);

/** One pkt-line (gitprotocol-common(5)). */
export function pktLine(payload: Buffer | string): Buffer {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload, "utf8");
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

export const flushPkt = Buffer.from("0000");

/** The body of a push request (gitprotocol-pack(5), "Reference Update Request"). */
export function pushBody(push: CraftedPush): Buffer {
  const capabilities = push.capabilities ?? "report-status side-band-64k quiet object-format=sha1";
  const lines = push.updates.map(({ from, to, ref }, index) =>
    pktLine(`${from} ${to} ${ref}${index === 0 ? `\0 ${capabilities}` : ""}`),
  );
  const options = push.options?.map((option) => pktLine(option));
  return Buffer.concat([
    ...(push.before ?? []).map((line) => pktLine(line)),
    ...lines,
    flushPkt,
    ...(options === undefined ? [] : [...options, flushPkt]),
    push.pack ?? Buffer.alloc(0),
  ]);
}

/** Sends one request to the git host through the proxy, in a tunnel of its own. */
export async function sendRaw(
  proxy: ProxyFixture,
  options: {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer;
  },
): Promise<WireAnswer> {
  const socket = await openTunnel(proxy, `${gitHost}:443`);
  try {
    const request = startRequest({
      createConnection: () => socket,
      method: options.method,
      path: options.path,
      headers: { host: gitHost, connection: "close", ...options.headers },
    });
    const answered = once(request, "response") as Promise<[IncomingMessage]>;
    if (request.hasHeader("expect")) {
      request.flushHeaders();
      await Promise.race([once(request, "continue"), answered]);
    }
    request.end(options.body);
    const [response] = await answered;
    const pieces: Buffer[] = [];
    for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(pieces),
    };
  } finally {
    socket.destroy();
  }
}

/** Sends a push to `NAME.git` as it was crafted. */
export function sendPush(
  proxy: ProxyFixture,
  name: string,
  push: CraftedPush,
): Promise<WireAnswer> {
  const whole = pushBody(push);
  const body = push.encode?.(whole) ?? whole;
  return sendRaw(proxy, {
    method: "POST",
    path: push.path ?? `/${name}.git/git-receive-pack`,
    headers: {
      "content-type": "application/x-git-receive-pack-request",
      accept: "application/x-git-receive-pack-result",
      "content-length": String(body.length),
      ...push.headers,
    },
    body,
  });
}

/** What a push was answered with, in the words that git would print; the status line comes first. */
export function readAnswer({ status, headers, body }: WireAnswer): string {
  const head = `HTTP ${status}`;
  if (headers["content-type"] !== "application/x-git-receive-pack-result") {
    return `${head}\n${body.toString("utf8")}`;
  }
  const outer = readPktLines(body);
  const isBanded = outer.some((line) => (line[0] ?? 9) <= 3);
  if (!isBanded) return [head, ...outer.map((line) => line.toString("utf8").trimEnd())].join("\n");
  const band = (number: number): Buffer =>
    Buffer.concat(outer.filter((line) => line[0] === number).map((line) => line.subarray(1)));
  const report = readPktLines(band(1)).map((line) => line.toString("utf8").trimEnd());
  const said = [band(2), band(3)]
    .flatMap((text) => text.toString("utf8").split(/[\r\n]+/))
    .filter((line) => line !== "")
    .map((line) => `remote: ${line}`);
  return [head, ...report, ...said].join("\n");
}

/** Payloads of pkt-lines; flushes are left out. @throws Error when they aren't pkt-lines */
export function readPktLines(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (Number.isNaN(length) || at + length > bytes.length) throw new Error("not a pkt-line");
    if (length > 4) lines.push(bytes.subarray(at + 4, at + length));
    at += Math.max(length, 4);
  }
  return lines;
}
