import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import { countOnEngine, createWorld, type SandboxWorld } from "../../support/sandbox-world.ts";

/** The status of vaultbox, and what its reader got, in a line of bash. */
async function inPipe(world: SandboxWorld, command: string, reader: string): Promise<string> {
  const line = `timeout 60 "$0" "$1" run -- sh -c "$2" ${reader}; printf ' %s' "\${PIPESTATUS[0]}"`;
  const { stdout } = await promisify(execFile)(
    "bash",
    ["-c", line, process.execPath, cliPath, command],
    { cwd: world.workspace, env: cliEnvironment(world.home) },
  );
  return stdout;
}

test("a run whose reader has seen enough ends as by SIGPIPE, and nothing of it is left", async () => {
  await using world = await createWorld();
  expect(await inPipe(world, "yes", "| head -1")).toBe("y\n 141");
  expect(await inPipe(world, "yes >&2", "2>&1 | head -1")).toBe("y\n 141");
  // One that ignores SIGPIPE, as Node's programs do, is told to end
  const stubborn = 'trap "" PIPE; while :; do echo x; sleep 0.1; done';
  expect(await inPipe(world, stubborn, "2>/dev/null | head -1")).toBe("x\n 141");
  expect(await countOnEngine(world.workspace)).toBe(0);
  // The control: a reader that reads on
  expect(await inPipe(world, "yes | head -3", "| tail -1")).toBe("y\n 0");
});

test("a slow reader gets all of the output", async () => {
  await using world = await createWorld();
  expect(await inPipe(world, "head -c 3000000 /dev/zero", "| (sleep 5; wc -c)")).toBe(
    "3000000\n 0",
  );
});

// Of these sizes the engine has the last pieces in a pipe of its own when the command has ended
test.each([2_300_000, 2_500_000, 2_600_000])(
  "a reader that begins long after the command's end gets all %d bytes",
  async (size) => {
    await using world = await createWorld();
    const reader = `| (until [ -e ended ]; do sleep 0.1; done; sleep 3; wc -c)`;
    const command = `sh -c 'head -c ${size} /dev/zero; touch ended'`;
    expect(await inPipe(world, command, reader)).toBe(`${size}\n 0`);
  },
);

test.each([
  ["its time limit", 124, ["--timeout", "3s"]],
  ["a signal", 143, []],
] as const)(
  "a reader that takes nothing doesn't hold up the end by %s",
  async (_, status, flags) => {
    await using world = await createWorld();
    const script = "ln -s /etc/hostname link; yes";
    const child = spawn(process.execPath, [cliPath, "run", ...flags, "--", "sh", "-c", script], {
      cwd: world.workspace,
      env: cliEnvironment(world.home),
      // Nobody reads the first of these pipes
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const begun = async (): Promise<void> => {
      while (!(await readdir(world.workspace)).includes("link")) await sleep(50);
      await sleep(2_000);
    };
    await begun();
    const before = performance.now();
    if (flags.length === 0) child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([status, null]);
    // Before, the engine didn't say the end of the command, and 15 s later the run was given up
    expect(performance.now() - before).toBeLessThan(12_000);
    expect(said).toContain("links out of the workspace: link (new)");
    expect(said).not.toContain("gave up");
    expect(await countOnEngine(world.workspace)).toBe(0);
  },
);

test("a command goes on behind a closed pipe until it writes again", async () => {
  await using world = await createWorld();
  const script = "echo first; sleep 1; touch done";
  expect(await inPipe(world, script, "| head -1")).toBe("first\n 0");
  expect(await inPipe(world, "ls", "| cat")).toBe("done\n 0");
});

test("a full disk behind the output ends the run in order, and says so", async () => {
  await using world = await createWorld();
  const child = spawn(
    "bash",
    ["-c", '"$0" "$1" run -- yes >/dev/full', process.execPath, cliPath],
    {
      cwd: world.workspace,
      env: cliEnvironment(world.home),
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  expect(await once(child, "close")).toEqual([141, null]);
  expect(said).toContain("warning: cannot pass the output on (ENOSPC");
  expect(await countOnEngine(world.workspace)).toBe(0);
});
