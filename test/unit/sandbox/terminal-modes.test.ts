import fc from "fast-check";
import { expect, test } from "vitest";
import { followTerminalModes } from "../../../src/sandbox/terminal-modes.ts";

/** The reset after the output came in pieces of these sizes. */
function resetAfter(output: string, sizes: readonly number[] = [output.length]): string {
  const modes = followTerminalModes();
  const bytes = Buffer.from(output);
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = Math.max(1, sizes[index % sizes.length] ?? 1);
    modes.read(bytes.subarray(at, at + size));
    at += size;
  }
  return modes.reset();
}

test("What a program turned on and left on is turned off, the alternate screen last", () => {
  expect(resetAfter("\x1b[?1049h\x1b[?25l\x1b[?1000;1006hscreen\x1b[?2004h")).toBe(
    "\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25h",
  );
  expect(resetAfter("\x1b[>1u\x1b[>5ukeys")).toBe("\x1b[<2u");
});

test("A program that cleans up behind itself, or only prints, causes no reset", () => {
  expect(resetAfter("plain \x1b[31mred\x1b[0m text")).toBe("");
  expect(resetAfter("\x1b[?1049h\x1b[?25l…\x1b[?25h\x1b[?1049l\x1b[>1u\x1b[<u")).toBe("");
  expect(resetAfter("\x1b[?25h\x1b[?7h\x1b[<3u")).toBe("");
});

test("Modes that vaultbox doesn't know stay as they are", () => {
  expect(resetAfter("\x1b[?12345h\x1b[?3h\x1b[4h")).toBe("");
});

test("The reset doesn't depend on where the output was cut", () => {
  const output = "a\x1b[?1049;25h\x1b\x1b[?1002hb\x1b[?25lc\x1b[>1u\x1b[?2004h\x1b[?2004l\x1b[?10";
  const whole = resetAfter(output);
  expect(whole).toBe("\x1b[<1u\x1b[?1002l\x1b[?1049l\x1b[?25h");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      expect(resetAfter(output, sizes)).toBe(whole);
    }),
  );
});
