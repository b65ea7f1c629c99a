import { expect, test } from "vitest";
import type { Body } from "../../../../src/http/body.ts";
import type { ByteStream } from "../../../../src/http/exchange.ts";
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

function makeStream(texts: readonly string[]): ByteStream & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    next: toPieces(texts).next,
    write: (bytes) => {
      written.push(bytes.toString());
      return undefined;
    },
    stayOpen: () => undefined,
    end: () => undefined,
    destroy: () => undefined,
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
