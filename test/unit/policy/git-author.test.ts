import { expect, test } from "vitest";
import { isUsableAuthor, toAuthorTexts } from "../../../src/policy/git-author.ts";

test("a plain author has one form", () => {
  expect(toAuthorTexts({ name: "Ann Example", email: "ann@example.com" })).toEqual([
    "Ann Example <ann@example.com>",
  ]);
});

test("what git leaves out is left out, and a full stop at the end may be there or not", () => {
  expect(toAuthorTexts({ name: ' "Ann, Inc." ', email: "<ann@example.com>" })).toEqual([
    "Ann, Inc. <ann@example.com>",
    "Ann, Inc <ann@example.com>",
  ]);
});

test("letters beyond ASCII are compared by their bytes", () => {
  const [text = ""] = toAuthorTexts({ name: "Zoë", email: "z@example.com" });
  expect(Buffer.from(text, "latin1").toString("utf8")).toBe("Zoë <z@example.com>");
});

test("an author of nothing, or with a line break or a bracket, can't be used", () => {
  const email = "a@example.com";
  expect(isUsableAuthor({ name: "Ann", email })).toBe(true);
  for (const name of ["", " ", ".,;", "Ann\nBob", "Ann <x", "a".repeat(256), "\ud800"]) {
    expect(isUsableAuthor({ name, email }), name).toBe(false);
    expect(isUsableAuthor({ name: "Ann", email: name }), name).toBe(false);
  }
});
