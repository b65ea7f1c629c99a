import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { toNameText } from "../../../src/base/fs/name-text.ts";
import { toPrintable } from "../../../src/base/printable.ts";
import { toShellWord } from "../../../src/base/shell-word.ts";

const run = promisify(execFile);

describe("a shell reads a path back with every byte it had", () => {
  const names = [
    "plain/a.b",
    "it's",
    "a b",
    "a\nb",
    "\u001b[31m",
    "naïve",
    "a\u202eb",
    "🙂",
    "a\\b",
    '$(x)`y`"z',
  ];
  const all = [...names.map((name) => Buffer.from(name)), Buffer.from([0x63, 0xe9, 0x31, 0x27])];

  test.each(all)("%j", async (bytes) => {
    const word = toShellWord(toNameText(bytes));
    expect(toPrintable(word)).toBe(word);
    const options = { encoding: "buffer" } as const;
    const { stdout } = await run("bash", ["-c", `printf %s ${word}`], options);
    expect(stdout).toEqual(bytes);
  });
});
