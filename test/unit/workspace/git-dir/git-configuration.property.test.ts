import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePlainConfiguration } from "../../../../src/workspace/git-dir/git-configuration.ts";
import { gitEnvironment } from "../../../support/git.ts";

/** What git makes of the bytes; undefined when it refuses them. */
function readByGit(text: string): string | undefined {
  try {
    return execFileSync("git", ["config", "--file", "-", "--null", "--list"], {
      input: text,
      env: gitEnvironment,
      stdio: ["pipe", "pipe", "ignore"],
      encoding: "utf8",
    });
  } catch {
    return undefined;
  }
}

function toList(text: string): string | undefined {
  const settings = parsePlainConfiguration(Buffer.from(text));
  return settings?.map(({ key, value }) => `${key}\n${value}\0`).join("");
}

const pieces = [
  "[core]\n",
  "[Core]\n",
  '[remote "a.B/c"]\n',
  "[a.b]\n",
  "[]\n",
  '[x "y\\"z"]\n',
  "\tfsmonitor = evil\n",
  "  a-b = c d\n",
  "a = b  c\n",
  "a = b \n",
  "a=b\n",
  "a\n",
  "a = \n",
  'a = "b"\n',
  "a = b # c\n",
  "a = b;c\n",
  "a = b\\\n",
  "a = b\\nc\n",
  "a = b\r\n",
  "# [core]\n",
  "\ufeff",
  "\n",
  " \n",
  "[core] a = b\n",
  "a = [core]\n",
  "a = é\n",
  "=",
  "1a = b\n",
  "\0",
  "a = 'b = c'!\n",
];

test("a configuration that is read without git is read as git reads it", () => {
  expect(toList('[core]\n\tbare = false\n[remote "o.X"]\n\turl = https://h/x.git\n')).toBe(
    "core.bare\nfalse\0remote.o.X.url\nhttps://h/x.git\0",
  );
  let plain = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), (parts) => {
      const text = parts.join("");
      const own = toList(text);
      if (own === undefined) return;
      plain += 1;
      expect(own).toBe(readByGit(text));
    }),
    { numRuns: 400 },
  );
  expect(plain).toBeGreaterThan(20);
});
