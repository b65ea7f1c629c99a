import { expect, test } from "vitest";
import { quoted, toPrintable } from "../../../src/base/printable.ts";

test("a terminal escape becomes text", () => {
  expect(toPrintable("\u001b]52;c;AAAA\u0007")).toBe("\\x1b]52;c;AAAA\\x07");
});

test("bidi overrides and C1 controls become text, other scripts stay", () => {
  expect(toPrintable("a\u202eb\u009bc é 漢 🙂")).toBe("a\\u{202e}b\\x9bc é 漢 🙂");
});

test("a quoted value can't close its quotes or break the line", () => {
  expect(quoted('a"b\n')).toBe('"a\\"b\\x0a"');
});
