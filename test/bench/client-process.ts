// The load client: a process that does one order after the other, a line of JSON each. It ends with its input.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createSecureContext, type SecureContext } from "node:tls";
import type { AnswerLine, OrderLine } from "./load-client.ts";
import { type LoadConnection, openConnection } from "./load-connection.ts";
import { type Figures, type Order, firstHosts, hostName, quantile } from "./measurement.ts";
import { measurePaced } from "./paced-client.ts";

interface Session {
  readonly order: Order;
  readonly context: SecureContext;
}

const get = (host: string, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n\r\n`;

function open(session: Session, host: string): Promise<LoadConnection> {
  const { target, upstreamPort } = session.order;
  return openConnection(target, { host, port: upstreamPort }, session.context);
}

function authority(session: Session, host: string): string {
  return `${host}:${session.order.upstreamPort}`;
}

/** Runs `once` in `workers` loops until the time is up; latencies in ms. */
async function repeat(
  session: Session,
  workers: number,
  createOnce: () => Promise<{ once: () => Promise<void>; close: () => void }>,
): Promise<Figures> {
  const all = await Promise.all(Array.from({ length: workers }, createOnce));
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + session.order.durationMs;
  await Promise.all(
    all.map(async ({ once }) => {
      let before = performance.now();
      while (before < end) {
        await once();
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    }),
  );
  const tookMs = performance.now() - start;
  for (const { close } of all) close();
  return toFigures(latencies, tookMs);
}

function toFigures(latencies: readonly number[], tookMs: number): Figures {
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    perSecond: (sorted.length * 1000) / tookMs,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  };
}

function keepAlive(session: Session, connections: number): Promise<Figures> {
  const host = hostName(0);
  const head = get(authority(session, host), "/json");
  return repeat(session, connections, async () => {
    const connection = await open(session, host);
    // The first request on a connection is the `first` and `new` rows' business
    await connection.send(head);
    return { once: () => connection.send(head), close: connection.close };
  });
}

function newConnections(session: Session, concurrency: number): Promise<Figures> {
  const host = hostName(0);
  const head = get(authority(session, host), "/json");
  return repeat(session, concurrency, () =>
    Promise.resolve({
      once: async () => {
        const connection = await open(session, host);
        await connection.send(head);
        connection.close();
      },
      close: () => undefined,
    }),
  );
}

async function firstRequests(session: Session): Promise<Figures> {
  const latencies: number[] = [];
  const start = performance.now();
  for (let index = 0; index < firstHosts; index += 1) {
    const host = hostName(session.order.firstHost + index);
    const before = performance.now();
    const connection = await open(session, host);
    await connection.send(get(authority(session, host), "/json"));
    latencies.push(performance.now() - before);
    connection.close();
  }
  return toFigures(latencies, performance.now() - start);
}

const block = Buffer.alloc(64 * 1024, 0x62);

async function transfer(session: Session, direction: "download" | "upload"): Promise<Figures> {
  const host = hostName(0);
  const { bytes } = session.order;
  const connection = await open(session, host);
  await connection.send(get(authority(session, host), "/json"));
  let received = 0;
  connection.onBody = (part) => (received += part.length);
  const start = performance.now();
  if (direction === "download") {
    await connection.send(get(authority(session, host), `/download?count=${bytes}`));
    if (received !== bytes) throw new Error(`${received} bytes of ${bytes}`);
  } else {
    const count = Math.ceil(bytes / block.length);
    const head = `POST /upload HTTP/1.1\r\nHost: ${authority(session, host)}\r\nContent-Length: ${count * block.length}\r\n\r\n`;
    await connection.send(head, { block, count });
  }
  const seconds = (performance.now() - start) / 1000;
  connection.close();
  return { megabytesPerSecond: bytes / 1e6 / seconds };
}

async function events(session: Session): Promise<Figures> {
  const host = hostName(0);
  const connection = await open(session, host);
  const latencies: number[] = [];
  connection.onBody = (part) => {
    const now = process.hrtime.bigint();
    for (const [, sentAt = "0"] of part.toString("latin1").matchAll(/data: (\d+)\n/g)) {
      latencies.push(Number(now - BigInt(sentAt)) / 1e6);
    }
  };
  const before = connection.reads();
  const start = performance.now();
  await connection.send(get(authority(session, host), `/events?count=${session.order.events}`));
  connection.close();
  return { ...toFigures(latencies, performance.now() - start), reads: connection.reads() - before };
}

function measure(session: Session): Promise<Figures> {
  switch (session.order.row) {
    case "ka1":
      return keepAlive(session, 1);
    case "ka32":
      return keepAlive(session, 32);
    case "new1":
      return newConnections(session, 1);
    case "new32":
      return newConnections(session, 32);
    case "first":
      return firstRequests(session);
    case "download":
    case "upload":
      return transfer(session, session.order.row);
    case "sse":
      return events(session);
    case "paced": {
      const host = hostName(0);
      const head = get(authority(session, host), "/json");
      return measurePaced(() => open(session, host), head, session.order.durationMs);
    }
  }
}

let current = 0;

function say(answer: AnswerLine): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, ...order } = JSON.parse(line) as OrderLine;
    current = id;
    const ca = order.ca ?? readFileSync(process.env["NODE_EXTRA_CA_CERTS"] ?? "");
    const session = { order, context: createSecureContext({ ca }) };
    measure(session).then(
      (figures) => say({ id, figures }),
      (error: unknown) =>
        say({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  })
  .on("close", () => process.exit());
// A target that resets a connection after its row ended is no reason to stop
process.on("uncaughtException", (error) => say({ id: current, error: error.message }));
say({ id: 0, figures: {} });
