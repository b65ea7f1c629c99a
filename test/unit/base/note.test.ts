import { expect, test } from "vitest";
import { Note } from "../../../src/base/note.ts";

test("a note holds one kind of fact, about one thing", () => {
  const colour = new Note<{ readonly name: string }>();
  const size = new Note<{ readonly cm: number }>();
  const [first, second] = [{ notes: [] }, { notes: [] }];
  size.write(first, { cm: 3 });
  expect([size.read(first), colour.read(first), size.read(second)]).toEqual([
    { cm: 3 },
    undefined,
    undefined,
  ]);
});

test("on what never comes again nothing is noted", () => {
  const size = new Note<{ readonly cm: number }>();
  const thing = {};
  size.write(thing, { cm: 3 });
  expect([size.read(thing), thing]).toEqual([undefined, {}]);
});
