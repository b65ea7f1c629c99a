import { describe, expect, test } from "vitest";
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

describe("an author", () => {
  const email = "a@example.com";

  test.each(["", " ", ".,;", "Ann\nBob", "Ann <x", "a".repeat(256), "\ud800"])(
    "of nothing, or with a line break or a bracket, can't be used: %j",
    (name) => {
      expect(isUsableAuthor({ name, email })).toBe(false);
      expect(isUsableAuthor({ name: "Ann", email: name })).toBe(false);
    },
  );

  test("with a plain name and address can be used (control)", () => {
    expect(isUsableAuthor({ name: "Ann", email })).toBe(true);
  });
});
