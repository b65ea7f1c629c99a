import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { writeJson, writeLine } from "../../../src/base/print.ts";
import { toPrintable, toPrintableJson } from "../../../src/base/printable.ts";
import { recordScore } from "../../support/scoreboard.ts";

/** What is shown as nothing, or changes how the rest is shown; none is whole in what we print. */
const hidden: readonly (readonly [string, string])[] = [
  ["a C0 control", "\u0007"],
  ["a C1 control", "\u009b"],
  ["a bidi override", "\u202e"],
  ["a bidi isolate", "\u2066"],
  ["an Arabic letter mark", "\u061c"],
  ["a line separator", "\u2028"],
  ["a paragraph separator", "\u2029"],
  ["a zero-width space", "\u200b"],
  ["a zero-width joiner", "\u200d"],
  ["a word joiner", "\u2060"],
  ["an invisible operator", "\u2064"],
  ["a deprecated format character", "\u206f"],
  ["a byte order mark", "\ufeff"],
  ["a soft hyphen", "\u00ad"],
  ["a grapheme joiner", "\u034f"],
  ["a Hangul filler", "\u3164"],
  ["a halfwidth filler", "\uffa0"],
  ["a Mongolian separator", "\u180e"],
  ["a variation selector", "\ufe00"],
  ["a supplementary variation selector", "\u{e0100}"],
  ["a tag letter", "\u{e0061}"],
  ["the language tag", "\u{e0001}"],
  ["a musical format character", "\u{1d173}"],
  ["an interlinear mark", "\ufff9"],
  ["half a character", "\ud800"],
];

test.each(hidden)("%s is written out, in text and in JSON", (name, character) => {
  const text = `a${character}b`;
  const value = { [text]: [text, { text }] };
  const json = toPrintableJson(value);
  expect(toPrintable(text)).toMatch(/^a\\(?:x[0-9a-f]{2}|u\{[0-9a-f]+\})b$/);
  expect(json).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(json)).toEqual(value);
  // `JSON.stringify` escapes the two that JSON itself forbids or can't hold
  const isRaw = JSON.stringify(value).includes(character);
  recordScore({ row: 32, test: name, attempts: 2, blocked: 2, controlSucceeded: isRaw ? 1 : 0 });
});

test("JSON that is printed is equal to its value, whatever is in it", () => {
  const value = fc.jsonValue({ stringUnit: "binary" });
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (any, indent) => {
      expect(JSON.parse(toPrintableJson(any, indent))).toEqual(JSON.parse(JSON.stringify(any)));
    }),
    { numRuns: 50 },
  );
});

test("letters, accents and pictures of all scripts stay as they are", () => {
  const text = "Grüße, Ελληνικά, हिन्दी, 日本語, עברית, 🙂";
  expect(toPrintable(text)).toBe(text);
});

test("a line is one line of bounded length, and JSON is whole", () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    writeLine("stderr", `a\n${"b".repeat(1_000_000)}`);
    writeJson("stderr", { name: "b".repeat(10_000) });
  } finally {
    spy.mockRestore();
  }
  const [line = "", json = ""] = written;
  expect(line.length).toBeLessThan(5000);
  expect(line).toMatch(/^a\\x0ab+… \(1000002 characters\)\n$/);
  expect(JSON.parse(json)).toEqual({ name: "b".repeat(10_000) });
});

/** What writes to a stream by itself: with the reason why it isn't our own text. */
const others: Readonly<Record<string, string>> = {
  "base/print.ts": "the one way",
  "sandbox/environment/git-sign.ts": "a program for the sandbox",
  "relay/main.ts": "a program for the sandbox, whose output the host parses",
};

test("nothing of ours is written to the terminal but through base/print.ts", () => {
  const source = new URL("../../../src/", import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const found = files
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => {
      const code = readFileSync(new URL(file, source), "utf8");
      return (
        /\bconsole\.|\b(?:stdout|stderr|process\[\w+\])\.write\(|\bwriteSync\([12],/.test(code) ||
        // A stream under another name
        /(?:=|:)\s*process\.std(?:out|err)\s*;/.test(code)
      );
    });
  expect(found.toSorted()).toEqual(Object.keys(others).toSorted());
});
