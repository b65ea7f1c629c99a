import { expect, test } from "vitest";
import {
  isUsableIdentity,
  toIdentityTexts,
} from "../../../../src/git/signing/commit-object-identity.ts";

test("a plain identity has one form", () => {
  expect(toIdentityTexts({ name: "Ann Example", email: "ann@example.com" })).toEqual([
    "Ann Example <ann@example.com>",
  ]);
});

test("what git leaves out is left out, and a full stop at the end may be there or not", () => {
  expect(toIdentityTexts({ name: ' "Ann, Inc." ', email: "<ann@example.com>" })).toEqual([
    "Ann, Inc. <ann@example.com>",
    "Ann, Inc <ann@example.com>",
  ]);
});

test("letters beyond ASCII are compared by their bytes", () => {
  const [text = ""] = toIdentityTexts({ name: "Zoë", email: "z@example.com" });
  expect(Buffer.from(text, "latin1").toString("utf8")).toBe("Zoë <z@example.com>");
});

test("an identity of nothing, or with a line break or a bracket, can't be used", () => {
  const email = "a@example.com";
  expect(isUsableIdentity({ name: "Ann", email })).toBe(true);
  for (const name of ["", " ", ".,;", "Ann\nBob", "Ann <x", "a".repeat(256), "\ud800"]) {
    expect(isUsableIdentity({ name, email }), name).toBe(false);
    expect(isUsableIdentity({ name: "Ann", email: name }), name).toBe(false);
  }
});
