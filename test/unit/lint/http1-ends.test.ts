import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../../src/", import.meta.url);

/** Who may know how HTTP/1 is written: its two ends, and the reader of what a user writes for `policy explain`. */
const ends = /^(?:http\/http1|proxy\/client|proxy\/upstream)\/|^cli\/explain\/asked-request\.ts$/;

test("only the ends of the proxy know HTTP/1; all between them knows requests, bodies and exchanges", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  const readers = files.filter(
    (file) =>
      /\.tsx?$/.test(file) && /from "[^"]*http1\//.test(readFileSync(new URL(file, root), "utf8")),
  );
  expect(readers.length).toBeGreaterThan(3);
  expect(readers.filter((file) => !ends.test(file))).toEqual([]);
});
