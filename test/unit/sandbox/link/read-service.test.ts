import { duplexPair, type Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isServiceName, maxServiceLength, toStreamHeader } from "../../../../src/relay/protocol.ts";
import { readService } from "../../../../src/sandbox/link/read-service.ts";
import { recordScore } from "../../../support/scoreboard.ts";

interface Outcome {
  readonly service: string | undefined;
  /** Of what came after the header */
  readonly bytes: Buffer;
  readonly closed: boolean;
}

/** Sends the pieces one by one, then ends, and says what the host made of them. */
async function send(pieces: readonly Buffer[], timeoutMs = 5000): Promise<Outcome> {
  const [relay, host] = duplexPair();
  relay.on("error", () => undefined);
  const chunks: Buffer[] = [];
  let service: string | undefined;
  const done = new Promise<void>((resolve) => {
    host.once("close", resolve);
    readService(
      host,
      (name, stream) => {
        service = name;
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.once("end", resolve);
        stream.resume();
      },
      timeoutMs,
    );
  });
  for (const piece of pieces) {
    if (!relay.destroyed && !host.destroyed) relay.write(piece);
    await sleep(0);
  }
  relay.end();
  await done;
  const closed = host.destroyed;
  host.destroy();
  return { service, bytes: Buffer.concat(chunks), closed };
}

/** All ways to cut `bytes` in two and in three. */
function* splits(bytes: Buffer): Generator<readonly Buffer[]> {
  for (let first = 0; first <= bytes.length; first += 1) {
    for (let second = first; second <= bytes.length; second += 1) {
      yield [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
    }
  }
}

test("a stream gives its service and then the client's bytes, however they are split", async () => {
  const bytes = Buffer.from(`${toStreamHeader("port:5432")}\n\u0016\u0003proxy\n`, "latin1");
  const outcomes = await Promise.all([...splits(bytes)].map((pieces) => send(pieces)));
  for (const { service, bytes: rest } of outcomes) {
    expect(service).toBe("port:5432");
    expect(rest.toString("latin1")).toBe("\n\u0016\u0003proxy\n");
  }
});

test("a client that ends without a word is still of its service", async () => {
  expect(await send([Buffer.from("http\n")])).toMatchObject({ service: "http" });
});

/** What a relay that is somebody else's might send instead of a name */
const hostile = [
  "",
  "\n",
  "proxy",
  "proxy\r\n",
  " proxy\n",
  "Proxy\n",
  "proxy \n",
  "proxy\u0000\n",
  "pr\u00f6xy\n",
  "port:\n",
  "port:123456\n",
  "port:5432:1\n",
  "../proxy\n",
  "__proto__\n",
  "GET / HTTP/1.1\r\n\r\n",
  "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\n",
  `${"a".repeat(maxServiceLength + 1)}\n`,
  "a".repeat(1024 * 1024),
  `VBX2 ${"0".repeat(32)}\n`,
];

test("a stream that names no service is closed, and nothing of it is passed on", async () => {
  const attempts = hostile.flatMap((text) => {
    const bytes = Buffer.from(text, "latin1");
    return bytes.length > 64 ? [[bytes]] : [...splits(bytes)];
  });
  const outcomes = await Promise.all(attempts.map((pieces) => send(pieces)));
  const passed = outcomes.filter(({ service, closed }) => service !== undefined || !closed);
  expect(passed).toEqual([]);
  // The control: the longest name that there can be
  expect((await send([Buffer.from(`${"a".repeat(maxServiceLength)}\n`)])).service).toBeDefined();
  recordScore({
    row: 40,
    test: "streams that name no service",
    attempts: outcomes.length,
    blocked: outcomes.length - passed.length,
    controlSucceeded: 1,
  });
});

test.each([
  ["nothing", undefined],
  ["one byte now and then", 10],
])("a stream that says %s is closed in time", async (_, pause) => {
  const [relay, host] = duplexPair();
  relay.on("error", () => undefined);
  const reached: Duplex[] = [];
  const closed = new Promise((resolve) => host.once("close", resolve));
  readService(host, (_service, stream) => reached.push(stream), 60);
  while (pause !== undefined && !host.destroyed) {
    relay.write("a");
    await sleep(pause);
  }
  await closed;
  expect(reached).toEqual([]);
});

test("of any bytes only a name's line is a service, and all after it is kept", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .tuple(fc.constantFrom("proxy\n", "port:1\n", "dns\n", "x"), fc.uint8Array({ maxLength: 80 }))
      .map(([head, rest]) => Buffer.concat([Buffer.from(head), rest])),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat(80), { maxLength: 4 }), async (sent, cuts) => {
      const all = Buffer.from(sent);
      const places = [0, ...cuts.toSorted((a, b) => a - b), all.length];
      const pieces = places.slice(1).map((end, index) => all.subarray(places[index] ?? 0, end));
      const outcome = await send(pieces);
      const end = all.indexOf("\n");
      const name = end === -1 ? "" : all.toString("latin1", 0, end);
      const isService = isServiceName(name);
      expect(outcome.service).toBe(isService ? name : undefined);
      if (isService) expect(outcome.bytes).toEqual(all.subarray(end + 1));
      else expect(outcome.closed).toBe(true);
    }),
  );
});
