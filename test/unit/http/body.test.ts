import { bufferedBody } from "../../../src/http/body.ts";
import { expect, it } from "vitest";

async function readPieces(content: string | Buffer): Promise<readonly Buffer[]> {
  const body = bufferedBody(content);
  const pieces: Buffer[] = [];
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) {
    pieces.push(piece);
  }
  return pieces;
}

it("gives a large body piece by piece, so that no socket copies all of it at once", async () => {
  const content = Buffer.from("0123456789".repeat(50_000));
  const pieces = await readPieces(content);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024);
  expect(Buffer.concat(pieces).equals(content)).toBe(true);
  expect(bufferedBody(content).length).toBe(content.length);
});

it("gives nothing of an empty body, and UTF-8 of a text", async () => {
  expect(await readPieces("")).toEqual([]);
  expect(await readPieces("é")).toEqual([Buffer.from("é")]);
});
