import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { resolvePaths } from "../../src/base/paths.ts";
import { rememberFolders } from "../../src/base/remember-folders.ts";
import { recordScore } from "../support/scoreboard.ts";
import { openShared } from "../support/shared-place.ts";

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

/** Programs and texts, as a sandbox may leave them in its workspace, and what of the host leads to them. */
interface Place {
  readonly workspace: string;
  /** What vaultbox remembers of the workspace */
  readonly home: string;
  /** Of somebody who never had a sandbox */
  readonly fresh: string;
  readonly tool: string;
  /** Of the host: a link to the tool, and a script that it interprets */
  readonly link: string;
  readonly script: string;
  /** For `node --require`, `git config` and `sh` */
  readonly hook: string;
  readonly gitConfig: string;
  readonly startFile: string;
  /** Whether anything of the sandbox's ran since the last question */
  readonly wasRun: () => Promise<boolean>;
}

async function createPlace(stack: AsyncDisposableStack): Promise<Place> {
  // The first line of a script can't name a path with blanks, as that of another temporary folder may be
  const root = await realpath(await mkdtemp("/tmp/vbx-commands-"));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  const workspace = join(root, "workspace");
  const home = join(root, "home");
  const marker = join(root, "marker");
  await run("mkdir", [workspace, join(root, "bin")]);
  await rememberFolders(resolvePaths({ VAULTBOX_HOME: home }), [workspace]);
  const write = async (path: string, text: string, mode = 0o644): Promise<string> => {
    await writeFile(join(root, path), text, { mode });
    return join(root, path);
  };
  const tool = await write("workspace/tool", `#!/bin/sh\necho ran >> ${marker}\n`, 0o755);
  const link = join(root, "bin", "linked");
  await symlink(tool, link);
  await symlink(tool, join(workspace, "git-outside"));
  return {
    workspace,
    home,
    fresh: join(root, "fresh"),
    tool,
    link,
    script: await write("bin/script", `#!${tool}\n`, 0o755),
    hook: await write(
      "workspace/hook.cjs",
      `require("fs").appendFileSync(${JSON.stringify(marker)}, "x");`,
    ),
    gitConfig: await write("workspace/gitconfig", `[alias]\n\tplanted = !${tool}\n`),
    startFile: await write("workspace/start.sh", `echo ran >> ${marker}\n`),
    wasRun: async () => {
      const text = await readFile(marker, "utf8").catch(() => "");
      await rm(marker, { force: true });
      return text !== "";
    },
  };
}

const node = { file: process.execPath, args: ["-e", ""] };
const git = { file: "git", args: ["planted"] };
const attempts: Readonly<Record<string, (place: Place) => Attempt>> = {
  "NODE_OPTIONS with --require": ({ hook }) => ({
    ...node,
    env: { NODE_OPTIONS: `--require ${hook}` },
  }),
  "NODE_OPTIONS with --require=": ({ hook }) => ({
    ...node,
    env: { NODE_OPTIONS: `--no-warnings --require=${hook}` },
  }),
  GIT_CONFIG_GLOBAL: ({ gitConfig }) => ({ ...git, env: { GIT_CONFIG_GLOBAL: gitConfig } }),
  GIT_CONFIG_COUNT: ({ gitConfig }) => ({
    ...git,
    env: {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "include.path",
      GIT_CONFIG_VALUE_0: gitConfig,
    },
  }),
  GIT_CONFIG_PARAMETERS: ({ tool }) => ({
    ...git,
    env: { GIT_CONFIG_PARAMETERS: `'alias.planted'='!${tool}'` },
  }),
  GIT_EXEC_PATH: ({ workspace }) => ({
    file: "git",
    args: ["outside"],
    env: { GIT_EXEC_PATH: workspace },
  }),
  // In a shell: without one around it, bash takes a socket on stdin for rshd and reads .bashrc instead
  BASH_ENV: ({ startFile }) => ({
    file: "bash",
    args: ["-c", ":"],
    env: { BASH_ENV: startFile, SHLVL: "1" },
  }),
  "the program itself": ({ tool }) => ({ file: tool, args: [] }),
  "a link to it": ({ link }) => ({ file: link, args: [] }),
  "a script that it interprets": ({ script }) => ({ file: script, args: [] }),
  "an argument of sh": ({ startFile }) => ({ file: "sh", args: [startFile] }),
  "a text for sh": ({ startFile }) => ({ file: "sh", args: ["-c", `. '${startFile}'`] }),
  "an argument of node": ({ hook }) => ({
    file: process.execPath,
    args: [`--require=${hook}`, "-e", ""],
  }),
  "an argument of env": ({ link }) => ({ file: "env", args: [link] }),
};

describe("no program of the host is made to run what a sandbox can write", () => {
  const place = openShared(createPlace);

  test.each(Object.entries(attempts))("by %s", async (name, toAttempt) => {
    const { home, fresh, wasRun } = place();
    const attempt = toAttempt(place());
    await runProgram(home, attempt);
    expect(await wasRun(), JSON.stringify(attempt)).toBe(false);
    // The control: with nothing remembered, the same call of ours runs it
    const why = await runProgram(fresh, attempt);
    expect(await wasRun(), why).toBe(true);
    const test = `variables, arguments, scripts and links of host commands: ${name}`;
    recordScore({ row: 60, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  });
});
