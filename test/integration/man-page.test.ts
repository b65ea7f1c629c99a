import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCommands } from "../docs/command-tree.ts";

const page = join(import.meta.dirname, "../../man/vaultbox.1");

function runMandoc(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("mandoc", [...args, page], { maxBuffer: 8e6 }, (error, stdout) => {
      // It exits with the level of what it found
      if (error === null || typeof error.code === "number") resolve(stdout);
      else reject(new Error("this test needs mandoc: npm test installs it", { cause: error }));
    });
  });
}

test("the man page has no fault that mandoc knows", async () => {
  expect(await runMandoc(["-T", "lint", "-W", "style"])).toBe("");
});

test("the man page has every command, every status and every variable, as a person reads it", async () => {
  const text = await runMandoc(["-T", "ascii", "-O", "width=80"]);
  // Bold is typed over itself
  const plain = text.replaceAll(new RegExp(`.${String.fromCharCode(8)}`, "g"), "");
  for (const { path } of (await readCommands()).slice(1)) {
    expect(plain).toContain(`\n${path.toUpperCase()}\n`);
  }
  expect(plain).toContain("\nExamples:\n  vaultbox credential test github\n");
  expect(plain).toMatch(/\n {7}124 {4}--timeout or limits: \{duration\} ended it/);
  expect(plain).toMatch(/\n {7}VAULTBOX_HOME\n/);
  expect(plain.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
