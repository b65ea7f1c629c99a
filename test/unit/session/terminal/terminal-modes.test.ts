/* eslint-disable no-control-regex -- terminal sequences begin with one */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  followTerminal,
  type TerminalUse,
} from "../../../../src/session/terminal/terminal-modes.ts";
import { recordScore } from "../../../support/scoreboard.ts";
import { SmallTerminal } from "../../../support/small-terminal.ts";

/** The use of a terminal after the output came in pieces of these sizes. */
function useAfter(output: string, sizes: readonly number[] = [output.length]): TerminalUse {
  const use = followTerminal();
  const bytes = Buffer.from(output);
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = Math.max(1, sizes[index % sizes.length] ?? 1);
    use.read(bytes.subarray(at, at + size));
    at += size;
  }
  return use;
}

const line = 'vaultbox:   disabled: ".envrc"';

/** What a sandbox leaves on the terminal so that the next line isn't seen for what it is. */
const hiding: readonly (readonly [string, string])[] = [
  ["concealed text", "done\r\n\x1b[8m"],
  ["concealed text set with a colon", "done\r\n\x1b[0:8m"],
  ["text in the colour of its background", "done\r\n\x1b[30;40m"],
  ["default colours that are the same", "done\r\n\x1b]11;#000\x07\x1b]10;#000\x1b\\"],
  ["line drawing", "done\r\n\x1b(0"],
  ["line drawing, shifted in", "done\r\n\x1b)0\x0e"],
  ["a title that doesn't end", "done\r\n\x1b]0;"],
  ["a device control string that doesn't end", "done\r\n\x1bPq"],
  ["a program command that doesn't end", "done\r\n\x1b_"],
  ["a sequence that doesn't end", "done\r\n\x1b["],
  ["the mode of a VT52", "done\r\n\x1b[?2l"],
  ["the printer", "done\r\n\x1b[5i"],
  ["the status line", "done\r\n\x1b[1$}"],
  ["synchronised output", "done\r\n\x1b[?2026h"],
  ["the beginning of its line", "$ rm -rf ~  # "],
  ["text that is there already", "aaaa bbbb cccc dddd eeee ffff gggg hhhh\r\n\x1b[1A"],
];

test.each(hiding)("a line of vaultbox's can be read after %s", (name, left) => {
  const seen = (before: string): boolean => {
    const terminal = new SmallTerminal();
    terminal.write(`${left}${before}${line}\r\n`);
    return terminal.lines.includes(line);
  };
  expect(seen(useAfter(left).reset())).toBe(true);
  expect(seen(useAfter(left).lead())).toBe(true);
  // The control: without what comes before it
  expect(seen("")).toBe(false);
  recordScore({ row: 32, test: name, attempts: 2, blocked: 2, controlSucceeded: 1 });
});

/** Where lines that are in order end up one over the other, or in a corner. */
const cornering: readonly (readonly [string, string])[] = [
  ["a scroll region of two lines", "\x1b[1;2r\x1b[2;1H"],
  ["a scroll region that positions count from", "\x1b[5;6r\x1b[?6h\x1b[1;1H"],
];

test.each(cornering)("a report of four lines can be read after %s", (name, left) => {
  const report = ["one", "two", "three", "four"];
  const seen = (before: string): boolean => {
    const terminal = new SmallTerminal();
    terminal.write(`done${left}${before}${report.map((text) => `${text}\r\n`).join("")}`);
    return report.every((text) => terminal.lines.includes(text));
  };
  expect(seen(useAfter(left).reset())).toBe(true);
  expect(seen("")).toBe(false);
  recordScore({ row: 32, test: name, attempts: 1, blocked: 1, controlSucceeded: 1 });
});

test("what a program turned on and left on is turned off, the alternate screen among it", () => {
  const reset = useAfter("\x1b[?1049h\x1b[?25l\x1b[?1000;1006hscreen\x1b[?2004h").reset();
  expect(reset).toMatch(/\x1b\[\?[\d;]*1000;[\d;]*1006;[\d;]*2004;[\d;]*l/);
  expect(reset).toContain("\x1b[?1049l");
  expect(reset).toContain("\x1b[?7;25h");
  expect(useAfter("\x1b[>1u\x1b[>5ukeys").reset()).toContain("\x1b[<2u");
});

test("output that is only text causes no reset; an unfinished line is ended", () => {
  expect(useAfter("plain text, tabs\tand\r\nlines\n").reset()).toBe("");
  expect(useAfter("no end").reset()).toBe("\r\n");
  expect(useAfter("no end").lead()).toBe("\r\n");
  expect(useAfter("").reset()).toBe("");
});

describe("what would cost the user something", () => {
  const costly = /\x1b\[\?1049l|\x1b\[\?3l|\x1b\]1\d\d|\x1b\]R|\x1b_|\x1b\[<|\x1b\[=|\x1b\[>4m/;
  const harmless =
    "\x1b]0;title\x07\x1b]8;;https://a.example\x1b\\a\x1b]8;;\x1b\\\x1b]52;c;YQ==\x07\x1b[31mred\x1b[0m";

  test.each([
    "\x1b[?3h",
    "\x1b]4;1;red\x07",
    "\x1b]011;red\x07",
    "\x1b]P0000000",
    "\x1b_Ga=T;\x1b\\",
    "\x1b[=1u",
    "\x1b[>4;2m",
    "\u009d11;red\u009c",
    "\u009b?1049h",
  ])("is set back when it was set: %j", (cost) => {
    expect(useAfter(cost).reset()).toMatch(costly);
  });

  test.each([harmless, "\x1b[?1049h…\x1b[?1049l\x1b[>1u\x1b[<u"])(
    "isn't set back when it wasn't set: %j",
    (output) => {
      expect(useAfter(output).reset()).not.toMatch(costly);
    },
  );
});

test("the reset doesn't depend on where the output was cut", () => {
  const output =
    "a\x1b[?1049;25h\x1b\x1b[?1002hb\x1b[?25lc\x1b[>1u\x1b]11;red\x07\x1b_G\x1b\\\u009b?3h\x1b[?10";
  const whole = useAfter(output).reset();
  for (const part of ["\x1b[<1u", "\x1b[?1049l", "\x1b]111", "\x1b_Ga=d", "\x1b[?3l"]) {
    expect(whole).toContain(part);
  }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      expect(useAfter(output, sizes).reset()).toBe(whole);
    }),
  );
});
