// What a machine may be like is no bug of vaultbox: each state, with commands that meet it, says what it is and what helps.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type CliResult, cliEnvironment, cliPath, runCli } from "../support/run-cli.ts";
import { createSmallDisk } from "../support/small-disk.ts";

const run = promisify(execFile);

async function makeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "vbm-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** One line per fact, without what differs between machines. */
function expectNoBug(args: readonly string[], { stdout, stderr, status }: CliResult): void {
  expect({ args, text: stdout + stderr }).not.toMatchObject({
    text: expect.stringMatching(/this is a bug|\n\s+at /),
  });
  expect([args, status]).not.toEqual([args, 70]);
}

describe("a folder that was removed", () => {
  const cli = async (args: readonly string[]): Promise<CliResult> => {
    await using folder = await makeFolder();
    const gone = join(folder.path, "gone");
    const words = [process.execPath, cliPath, ...args].map((word) => `'${word}'`).join(" ");
    const script = `mkdir "${gone}" && cd "${gone}" && rmdir "${gone}" && exec ${words} </dev/null`;
    const ended = run("sh", ["-c", script], { env: cliEnvironment(folder.path) });
    return await ended.then(
      (output) => ({ ...output, status: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        ...error,
        status: error.code,
      }),
    );
  };
  const removed =
    "vaultbox: error: cannot tell what is meant from here: the folder that you are in was removed\n" +
    "vaultbox: hint: go to a folder that is there: cd\n";

  test.each([
    ["policy show", 1],
    ["policy explain GET https://api.example.com/", 1],
    ["init", 1],
    ["trust", 1],
    ["proxy --socket p.sock --ca-out ca.pem", 1],
    ["run -- true", 125],
  ])("is told of by a command that needs one: %s", async (line, status) => {
    const result = await cli(line.split(" "));
    expect(result).toMatchObject({ stderr: removed, status });
  });

  test.each(["ps", "credential list", "credential presets npm"])(
    "is none of a command that needs none: %s",
    async (line) => {
      expect(await cli(line.split(" "))).toMatchObject({ status: 0 });
    },
  );

  test("is one of doctor's lines", async () => {
    const doctor = await cli(["doctor"]);
    expectNoBug(["doctor"], doctor);
    expect(doctor.stdout).toContain("own folders");
  });
});

test("a home that is a file, or that can't be written, is named with what is in the way", async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, "file");
  await writeFile(file, "");
  for (const [env, why] of [
    [{ HOME: file, VAULTBOX_HOME: undefined }, "part of the path is not a folder"],
    [{ VAULTBOX_HOME: join(file, "below") }, "part of the path is not a folder"],
    [{ VAULTBOX_HOME: join(folder.path, "x".repeat(300)) }, "the name is too long"],
  ] as const) {
    const { stderr, status } = await runCli(["credential", "list"], { env });
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^vaultbox: error: cannot read ".*": ${why}\n`));
    expect(stderr).toContain(
      "hint: HOME (or XDG_STATE_HOME, or VAULTBOX_HOME) must name a folder of this user\n",
    );
  }
});

test("a disk that is read-only or full is said to be", async (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can mount a disk of its own");
  await using disk = await createSmallDisk();
  await using folder = await makeFolder();
  const env = { HOME: disk.path, VAULTBOX_HOME: join(disk.path, "v") };
  await run("mount", ["-o", "remount,ro", disk.path]);
  try {
    for (const args of [
      ["init"],
      ["vault", "create", "x", "--store", "age"],
      ["run", "--", "true"],
    ]) {
      const result = await runCli(args, { env, cwd: folder.path });
      expectNoBug(args, result);
      expect(result.stderr).toContain(
        `cannot make the folder "${join(disk.path, "v")}": it is on a read-only file system\n`,
      );
    }
    const doctor = await runCli(["doctor"], { env, cwd: folder.path });
    expect(doctor.stdout).toContain("it is on a read-only file system");
    expect(doctor.status).toBe(1);
  } finally {
    await run("mount", ["-o", "remount,rw", disk.path]);
  }
  await run("sh", ["-c", `dd if=/dev/zero of="${disk.path}/fill" bs=1k 2>/dev/null || true`]);
  for (const args of [["init"], ["vault", "create", "x", "--store", "age"]]) {
    const result = await runCli(args, { env, cwd: folder.path });
    expectNoBug(args, result);
    expect([args, result.status]).toEqual([args, 1]);
    expect(result.stderr).toMatch(/the disk is full|ENOSPC/);
  }
});

test("a place for temporary files that isn't there, and a search path without git, are no bugs", async () => {
  await using folder = await makeFolder();
  const { path } = folder;
  await mkdir(join(path, "bin"));
  const missing = await runCli(["demo", "--yes"], { env: { TMPDIR: join(path, "gone") } });
  expectNoBug(["demo"], missing);
  // Without an engine it isn't come to
  expect(missing.stderr).toMatch(/TMPDIR must name a folder|Docker Engine/);
  const tools = { PATH: join(path, "bin") };
  for (const args of [["policy", "show"], ["doctor"], ["ps"]]) {
    expectNoBug(args, await runCli(args, { cwd: path, env: tools }));
  }
});

test("a socket that can't be made says why, and a hint that works when it's followed", async () => {
  await using folder = await makeFolder();
  const { path } = folder;
  const long = join(path, "s".repeat(120));
  await writeFile(join(path, "file"), "");
  for (const [socket, why, hint] of [
    [
      long,
      `the path has ${Buffer.byteLength(long)} bytes, and \\d+ are the most for a socket`,
      "name a shorter one: --socket /tmp/p.sock",
    ],
    [join(path, "gone", "p.sock"), "there is no such folder", "name another place: --socket PATH"],
    [
      join(path, "file", "p.sock"),
      "part of the path is not a folder",
      "name another place: --socket PATH",
    ],
    [join(path, "file"), "it is in use", "choose another --socket, or end the other proxy"],
  ] as const) {
    const args = ["proxy", "--socket", socket, "--ca-out", join(path, "ca.pem")];
    const { stderr, status } = await runCli(args, { cwd: path });
    expect(stderr).toMatch(
      new RegExp(`^vaultbox: error: cannot listen on ".*": ${why}\nvaultbox: hint: ${hint}\n$`),
    );
    expect(status).toBe(1);
  }
});

test("an account without a home is asked to set one", async (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can be another user");
  await using folder = await makeFolder();
  await run("chmod", ["777", folder.path]);
  const words = [process.execPath, cliPath, "policy", "show"];
  const env = { PATH: process.env["PATH"] };
  const ended = run(words[0] ?? "", words.slice(1), {
    cwd: folder.path,
    env,
    uid: 54_321,
    gid: 54_321,
  });
  const { code, stderr } = await ended.then(
    () => ({ code: 0, stderr: "" }),
    (error: { code: number; stderr: string }) => error,
  );
  // A checkout that other users can't read is none of this test's
  if (/EACCES/.test(stderr) && !/vaultbox: error/.test(stderr))
    context.skip("the tree is not to be read");
  expect(stderr).toBe(
    "vaultbox: error: cannot find your home folder: HOME is not set, and this account has no entry in the passwd database\n" +
      "vaultbox: hint: set HOME to the absolute path of a folder of yours\n",
  );
  expect(code).toBe(1);
});

/** Runs a line of bash in which `vaultbox` is this one. */
function runShell(
  folder: string,
  script: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const line = script.replace("vaultbox", `'${process.execPath}' '${cliPath}'`);
  return run("bash", ["-c", line], { env: cliEnvironment(folder), cwd: folder });
}

test("output that can't be written is said to be, and a reader that has seen enough is no error", async () => {
  await using folder = await makeFolder();
  const full = await runShell(folder.path, "vaultbox credential presets >/dev/full; echo $?");
  expect(full).toEqual({
    stdout: "1\n",
    stderr: "vaultbox: error: cannot write the output: the disk is full\n",
  });
  const seen = await runShell(
    folder.path,
    "vaultbox credential presets | head -1 | cut -c1-4; echo ${PIPESTATUS[0]}",
  );
  expect(seen).toEqual({ stdout: "NAME\n0\n", stderr: "" });
});

test.each(["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])(
  "what is closed at the start is no error: %s",
  async (closed) => {
    await using folder = await makeFolder();
    const { stdout } = await runShell(folder.path, `vaultbox ps ${closed}; echo $?`);
    expect(stdout.trim().split("\n").at(-1)).toBe("0");
  },
);
