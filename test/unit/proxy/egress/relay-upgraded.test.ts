import { expect, test } from "vitest";
import type { Body } from "../../../../src/http/body.ts";
import type { ByteStream } from "../../../../src/http/exchange.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { HeldBytes } from "../../../../src/proxy/egress/held-bytes.ts";
import { relayUpgraded } from "../../../../src/proxy/egress/relay-upgraded.ts";
import { transformAnswer } from "../../../../src/proxy/egress/transforms.ts";

function toPieces(texts: readonly string[]): Body {
  const left = [...texts];
  const next = (): Promise<Buffer | undefined> => {
    const text = left.shift();
    return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
  };
  return { length: "unknown", next };
}

function makeStream(
  texts: readonly string[],
): ByteStream & { readonly written: string[]; isDestroyed: boolean } {
  const written: string[] = [];
  return {
    written,
    isDestroyed: false,
    next: toPieces(texts).next,
    write: (bytes) => {
      written.push(bytes.toString());
      return undefined;
    },
    stayOpen: () => undefined,
    end: () => undefined,
    destroy() {
      this.isDestroyed = true;
    },
  };
}

test("what an upgraded connection brings goes through the transforms of its answer", async () => {
  const client = makeStream(["ping"]);
  const upstream = makeStream([]);
  const counts = { bytesUp: 0, bytesDown: 0 };
  const upper = { push: (piece: Buffer) => Buffer.from(piece.toString().toUpperCase()) };
  const answer = { head: { status: 101, headers: [] }, body: toPieces(["pong ", "again"]) };
  const step = { begin: () => ({ ...upper, end: () => Buffer.from("!") }) };
  using hold = new HeldBytes().open();
  await relayUpgraded({
    client,
    upstream,
    down: transformAnswer(answer, [step], hold).body,
    counts,
    countUpload: () => undefined,
    ended: new Promise<never>(() => undefined),
  });
  expect(client.written).toEqual(["PONG ", "AGAIN", "!"]);
  expect(upstream.written).toEqual(["ping"]);
  expect(counts).toEqual({ bytesUp: 4, bytesDown: 11 });
});

test("a transform that refuses what comes ends it with the refusal, and the client is still there to be told", async () => {
  const client = makeStream(["ping"]);
  const upstream = makeStream([]);
  const refusal = new Refusal(502, "upstream-invalid", "not for the client");
  const relayed = relayUpgraded({
    client,
    upstream,
    down: { length: "unknown", next: () => Promise.reject(refusal) },
    counts: { bytesUp: 0, bytesDown: 0 },
    countUpload: () => undefined,
    ended: new Promise<never>(() => undefined),
  });
  await expect(relayed).rejects.toBe(refusal);
  expect([client.isDestroyed, upstream.isDestroyed]).toEqual([false, true]);
});
