import { expect, test } from "vitest";
import { listSourceExpressions, type SourceExpression } from "./source-expressions.ts";

// An expression that goes back over its text for each character of it stops the session process for hours, when a
// sandbox writes the text. This gives each expression of the sources texts that such ones are slow on.

/** Expressions that take longer on purpose, by what bounds their text. */
const bounded: Readonly<Record<string, string>> = {
  "/=+$/": "base64, which ends in two at the most",
  "/^[\\w.~-]*[\\w.]@?[\\w.-]*$/": "hosts of 256 characters",
  "/:[^/@]*@/": "text that ends in @, which the first colon finds",
  "/(?:service|account|credential|secret|firebase|gcp|gcloud|google|key|sa)[^/]*\\.json$/i":
    "names of files, 255 bytes",
  "/(?:~|\\.(?:bak|backup|orig|old|save|tmp|rej))+$/i": "names of files, 255 bytes",
  '/"((?:[^"\\\\\\n]|\\\\.)*)"/': "sections of settings in which every quote is closed",
  "/\\/+$/": "the registry in the user's own configuration",
  "/^[0-9a-f:.]*:[0-9a-f:.]*$/": "URLs of 2,048 characters",
  "/^deb\\s+(\\[[^\\]]*\\]\\s+)?(.*)$/": "the machine's own sources of packages",
  "/(\\d+)\\.(\\d+)/": "the engine's version",
};

const letters = " \t\n\r\u2028a0A_-./:@\\\"'[]=;,{}()<>?&%$~*#!|+^é".split("");
const length = 10_000;
/** An expression with two ways for each character would never end on a longer one. */
const shortLength = 40;

test("no expression that sees a sandbox's text takes longer than the text is long", () => {
  const slow = listSourceExpressions()
    .filter(({ text, pattern, flags }) => !(text in bounded) && canBeSlow(pattern, flags))
    .flatMap((one) => findSlowText(one).map((text) => `${one.file}: ${one.text} on ${text}`));
  expect(slow).toEqual([]);
}, 300_000);

test("an expression that goes back for each character is found (control)", () => {
  for (const pattern of [
    "^(?:a|aa)*$",
    "^[^\\S\\n]*\\/x",
    "eyJ[\\w-]+\\.",
    ":[ \\t]*([\\t\\x20-\\x7e]*)$",
    "a+$",
  ]) {
    const flags = pattern.startsWith("^") ? "m" : "";
    const expression = { text: "", pattern, flags, file: "" };
    expect([pattern, canBeSlow(pattern, flags)]).toEqual([pattern, true]);
    expect([pattern, findSlowText(expression).length]).toEqual([pattern, 1]);
  }
}, 300_000);

test("what is excepted is still in the sources", () => {
  const texts = new Set(listSourceExpressions().map(({ text }) => text));
  expect(Object.keys(bounded).filter((text) => !texts.has(text))).toEqual([]);
});

/** One repetition is enough where a match may begin anywhere, two where it begins at the start only. */
function canBeSlow(pattern: string, flags: string): boolean {
  const unbounded = pattern.replaceAll(/\\./g, "x").match(/[*+]|\{\d+,\}/g)?.length ?? 0;
  const isAnchored = pattern.startsWith("^") && !flags.includes("m");
  return unbounded > (isAnchored || flags.includes("y") ? 1 : 0);
}

/** The first text found that takes far too long, twice as long a one four times as long. */
function findSlowText({ pattern, flags }: SourceExpression): readonly string[] {
  const expression = new RegExp(pattern, flags);
  const own = [...new Set(pattern.replaceAll(/\\([^a-z])/gi, "$1"))].filter((c) => /\W/.test(c));
  const words = [...new Set(pattern.replaceAll(/\\[a-z]/gi, " ").match(/[\w:/@.=-]{2,}/g))];
  const pairs = own.slice(0, 8).flatMap((a) => ["a", " ", ...own.slice(0, 8)].map((b) => a + b));
  const heads = ["", ...own.slice(0, 8), ...own.slice(0, 8).map((sign) => `a${sign}`), ...words];
  for (const head of heads) {
    for (const unit of head === "" ? [...letters, ...words, ...pairs] : [...letters, ...words]) {
      const toText = (size: number): string => `${head}${unit.repeat(size / unit.length)}\0\n`;
      const isEndless = toLeastMs(expression, toText(shortLength)) > 8;
      if (isEndless) return [JSON.stringify(`${head}${unit}…`)];
      if (toMs(expression, toText(length)) < 8) continue;
      const [once, twice] = [length, 2 * length].map((size) => toLeastMs(expression, toText(size)));
      if (twice! > 24 && twice! > 3 * once!) return [JSON.stringify(`${head}${unit}…`)];
    }
  }
  return [];
}

/** A pause of the machine doesn't come three times. */
function toLeastMs(expression: RegExp, text: string): number {
  let least = Infinity;
  for (let round = 0; round < 3 && least > 8; round++) {
    least = Math.min(least, toMs(expression, text));
  }
  return least;
}

/** CPU time, so that other work on the machine doesn't count. */
function toMs(expression: RegExp, text: string): number {
  expression.lastIndex = 0;
  const before = process.cpuUsage();
  if (expression.global) for (const match of text.matchAll(expression)) void match;
  else expression.test(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
