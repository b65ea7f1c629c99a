import { expect, test } from "vitest";
import { typeInto } from "../../../src/cli/prompt.ts";

test("typed text, backspace, Ctrl-U and keys that send escape sequences make the line they look like", () => {
  expect(typeInto("", "abc\r")).toEqual({ state: "entered", line: "abc" });
  expect(typeInto("ab", "\u007f\bxé🙂\u007f\n")).toEqual({ state: "entered", line: "xé" });
  expect(typeInto("wrong", "\u0015right")).toEqual({ state: "open", line: "right" });
  expect(typeInto("a", "\u001b[A\u001b[1;5C\u001bOP\u001b[200~b\u001b[201~")).toEqual({
    state: "open",
    line: "ab",
  });
  expect(typeInto("", "a\tb\u0000c\r")).toEqual({ state: "entered", line: "abc" });
});

test("Ctrl-C cancels, Ctrl-D cancels an empty line and enters another", () => {
  expect(typeInto("abc", "d\u0003")).toEqual({ state: "cancelled" });
  expect(typeInto("", "\u0004")).toEqual({ state: "cancelled" });
  expect(typeInto("abc", "\u0004")).toEqual({ state: "entered", line: "abc" });
});
