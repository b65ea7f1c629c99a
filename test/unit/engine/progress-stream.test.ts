import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { followProgress } from "../../../src/engine/progress-stream.ts";

async function follow(entries: readonly object[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const body = Readable.from(entries.map((entry) => `${JSON.stringify(entry)}\r\n`));
  await followProgress(body, (line) => lines.push(line));
  return lines;
}

test("a line that the engine sends in pieces is one line", async () => {
  const pieces = ["E", ": ", "no Release file", "\nnext\r50%\r100%\n", "last"];
  expect(await follow(pieces.map((stream) => ({ stream })))).toEqual([
    "E: no Release file",
    "next",
    "50%",
    "100%",
    "last",
  ]);
});

test("a line without an end is cut, and the one after it is whole", async () => {
  const entries = Array.from({ length: 100 }, () => ({ stream: "x".repeat(1000) }));
  const [long = "", next] = await follow([...entries, { stream: "\nnext\n" }]);
  expect([long.length, next]).toEqual([16_384, "next"]);
});

test("each state of a layer is a line", async () => {
  const entries = [
    { status: "Pulling from x", id: "1" },
    { status: "Downloading", id: "ab" },
  ];
  expect(await follow(entries)).toEqual(["1: Pulling from x", "ab: Downloading"]);
});

test("how far a pull is is said at once, of all layers together, and not for each piece", async () => {
  const step = (id: string, current: number) => ({
    status: "Downloading",
    id,
    progressDetail: { current, total: 40_000_000 },
  });
  const pieces = Array.from({ length: 200 }, (_, index) =>
    step(index % 2 === 0 ? "a" : "b", index),
  );
  const lines = await follow([
    { status: "Pulling from x", id: "1" },
    step("a", 10_000_000),
    ...pieces,
    { status: "Download complete", id: "a", progressDetail: {} },
  ]);
  expect(lines).toEqual([
    "1: Pulling from x",
    "Downloading: 10MB of 40MB, 1 layer",
    "a: Download complete",
  ]);
});
