import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { resolvePaths } from "../../src/base/paths.ts";
import { rememberFolders } from "../../src/base/remember-folders.ts";
import { recordScore } from "../support/scoreboard.ts";

const run = promisify(execFile);

interface Attempt {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program of the host as vaultbox does, in a process that has these variables.
 * @returns why it failed, empty when it didn't
 */
async function runProgram(home: string, { file, args, env = {} }: Attempt): Promise<string> {
  const module = new URL("../../src/base/run-program.ts", import.meta.url).href;
  const command = JSON.stringify({ file, args, timeoutMs: 10_000 });
  // Set once it runs: what the process itself loads is another matter
  const code = `Object.assign(process.env, ${JSON.stringify({ ...env, VAULTBOX_HOME: home })});
    const { runProgram } = await import(${JSON.stringify(module)});
    await runProgram(${command}).catch((error) => console.log(error.message));`;
  const node = ["--input-type=module", "-e", code];
  return (await run(process.execPath, node, { cwd: "/" })).stdout;
}

test("no variable, argument, script or link makes a program of the host run what a sandbox can write", async () => {
  // The first line of a script can't name a path with blanks, as that of another temporary folder may be
  const root = await realpath(await mkdtemp("/tmp/vbx-commands-"));
  try {
    const [workspace, home, fresh] = ["workspace", "home", "fresh"].map((name) => join(root, name));
    if (workspace === undefined || home === undefined || fresh === undefined) throw new Error();
    const marker = join(root, "marker");
    await run("mkdir", [workspace, join(root, "bin")]);
    await rememberFolders(resolvePaths({ VAULTBOX_HOME: home }), [workspace]);
    const place = (name: string): string => join(workspace, name);
    const tool = place("tool");
    await writeFile(tool, `#!/bin/sh\necho ran >> ${marker}\n`);
    await chmod(tool, 0o755);
    await writeFile(
      place("hook.cjs"),
      `require("fs").appendFileSync(${JSON.stringify(marker)}, "x");`,
    );
    await writeFile(place("gitconfig"), `[alias]\n\tplanted = !${tool}\n`);
    await writeFile(place("start.sh"), `echo ran >> ${marker}\n`);
    const link = join(root, "bin", "linked");
    await symlink(tool, link);
    const script = join(root, "bin", "script");
    await writeFile(script, `#!${tool}\n`);
    await chmod(script, 0o755);
    const node = { file: process.execPath, args: ["-e", ""] };
    const git = { file: "git", args: ["planted"] };
    const attempts: readonly Attempt[] = [
      { ...node, env: { NODE_OPTIONS: `--require ${place("hook.cjs")}` } },
      { ...node, env: { NODE_OPTIONS: `--no-warnings --require=${place("hook.cjs")}` } },
      { ...git, env: { GIT_CONFIG_GLOBAL: place("gitconfig") } },
      {
        ...git,
        env: {
          GIT_CONFIG_COUNT: "1",
          GIT_CONFIG_KEY_0: "include.path",
          GIT_CONFIG_VALUE_0: place("gitconfig"),
        },
      },
      { ...git, env: { GIT_CONFIG_PARAMETERS: `'alias.planted'='!${tool}'` } },
      { file: "git", args: ["outside"], env: { GIT_EXEC_PATH: workspace } },
      // In a shell: without one around it, bash takes a socket on stdin for rshd and reads .bashrc instead
      { file: "bash", args: ["-c", ":"], env: { BASH_ENV: place("start.sh"), SHLVL: "1" } },
      { file: tool, args: [] },
      { file: link, args: [] },
      { file: script, args: [] },
      { file: "sh", args: [place("start.sh")] },
      { file: "sh", args: ["-c", `. '${place("start.sh")}'`] },
      { file: process.execPath, args: [`--require=${place("hook.cjs")}`, "-e", ""] },
      { file: "env", args: [link] },
    ];
    await run("ln", ["-s", tool, place("git-outside")]);
    const wasRun = async (): Promise<boolean> => {
      const text = await readFile(marker, "utf8").catch(() => "");
      await rm(marker, { force: true });
      return text !== "";
    };
    const outcomes: { ran: boolean; control: string }[] = [];
    for (const attempt of attempts) {
      await runProgram(home, attempt);
      const ran = await wasRun();
      expect(ran, JSON.stringify(attempt)).toBe(false);
      // The control: with nothing remembered, the same call of ours runs it
      const why = await runProgram(fresh, attempt);
      outcomes.push({ ran, control: (await wasRun()) ? "ran" : `didn't run: ${why}` });
    }
    expect(outcomes.map(({ control }) => control)).toEqual(attempts.map(() => "ran"));
    recordScore({
      row: 60,
      test: "variables, arguments, scripts and links of host commands",
      attempts: attempts.length,
      blocked: outcomes.filter(({ ran }) => !ran).length,
      controlSucceeded: outcomes.filter(({ control }) => control === "ran").length,
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}, 60_000);
