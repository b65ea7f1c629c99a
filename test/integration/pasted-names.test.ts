import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { toPrintable } from "../../src/base/printable.ts";
import { handoffLines } from "../../src/workspace/handoff/handoff-text.ts";
import { toPathWord, toShellWord } from "../../src/base/shell-word.ts";
import { recordScore } from "../support/scoreboard.ts";

const run = promisify(execFile);
const shells = ["bash", "sh", "zsh", "fish"];
const touch = "touch PWNED";

/** Names that a sandbox may give a folder; each runs `touch PWNED` for one shell or another when it's quoted carelessly. */
const names = [
  `x;${touch}`,
  `$(${touch})`,
  `\`${touch}\``,
  `x';${touch};'`,
  `x";${touch};"`,
  `x\\';${touch};echo \\'`,
  `x\\\\';${touch};echo \\'`,
  `'(${touch})'`,
  `\\'(${touch})\\'`,
  `x\n${touch}\n`,
  `x\r\n${touch}`,
  `\u202e';${touch};'`,
  `\u001b\\';${touch};echo \\'`,
  `é';${touch};#`,
  `{a,$(${touch})}`,
  `<(${touch})`,
  `~/$(${touch})`,
  `x\\`,
  "-rf",
  "--yes",
];

/** Whether a shell that reads the line, as when it's pasted there, runs what the name says; and the word it reads. */
async function paste(shell: string, word: string): Promise<{ isRun: boolean; read: string }> {
  const cwd = await mkdtemp(join(tmpdir(), "vbx-pasted-"));
  try {
    // A line that a shell can't read runs nothing
    const { stdout } = await run(shell, ["-c", `printf %s ${word}`], { cwd }).catch(() => ({
      stdout: "",
    }));
    return { isRun: existsSync(join(cwd, "PWNED")), read: stdout };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

describe.each(shells)("in %s, a hint is pasted", (shell) => {
  let controls = 0;

  test.each(names)("with the name %j, and nothing in it is run", async (name) => {
    const { isRun, read } = await paste(shell, toShellWord(name));
    expect(isRun).toBe(false);
    // Where all of it can be shown, it's the very name, in every shell
    if (toPrintable(name) === name && !name.startsWith("-")) expect(read).toBe(name);
    const naive = [`"${name}"`, `'${name.replaceAll("'", String.raw`'\''`)}'`];
    const pasted = await Promise.all(naive.map((word) => paste(shell, word)));
    const controlSucceeded = pasted.filter((one) => one.isRun).length;
    controls += controlSucceeded;
    const test = `hints pasted into ${shell}: ${JSON.stringify(name)}`;
    recordScore({ row: 62, test, attempts: 1, blocked: 1, controlSucceeded });
  });

  test("with names that careless quotes don't hold (control)", () => {
    expect(controls).toBeGreaterThan(2);
  });
});

test("a repository in a folder that is called as a flag is none in the command that takes it over", () => {
  const lines = (path: string): readonly string[] =>
    handoffLines({
      complete: true,
      tookMs: 1,
      entries: [{ change: "dangerous", kind: "repositories", path, detail: "sets core.fsmonitor" }],
    });
  expect(lines("--yes").at(-1)).toMatch(/ in the workspace: vaultbox trust \.\/--yes$/);
  expect(lines("sub/.git").at(-1)).toMatch(/ in the workspace: vaultbox trust sub\/\.git$/);
  expect(lines("a b").at(-1)).toMatch(/ in the workspace: vaultbox trust PATH$/);
  expect(toPathWord("-x y")).toBe("'./-x y'");
  // The control: the same command with the name as it is would trust the project file without a question
  expect(toShellWord("--yes")).toBe("--yes");
});
