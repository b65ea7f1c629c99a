import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordScore } from "../../support/scoreboard.ts";
import { runCli, type CliResult } from "../../support/run-cli.ts";
import { createSmallDisk } from "../../support/small-disk.ts";

/** To the last byte, so that no record of a few bytes finds room either. */
const fill =
  "for size in 64k 1k 1; do dd if=/dev/zero of=fill-$size bs=$size 2>/dev/null || true; done";

test("a sandbox that fills the disk hides neither what it left nor how its command ended", async (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can mount a disk of its own");
  await using disk = await createSmallDisk("tmpfs");
  const workspace = join(disk.path, "w");
  await mkdir(workspace);
  await chmod(workspace, 0o777);
  const env = { HOME: disk.path, VAULTBOX_HOME: join(disk.path, "v") };
  const run = async (script: string): Promise<CliResult> =>
    await runCli(["run", "--", "sh", "-c", script], { cwd: workspace, env, timeoutMs: 120_000 });
  const plant =
    "echo 'all: ; ./x' > Makefile; git init -q --bare b; git -C b config core.fsmonitor ./x";

  const failed = await run(`${plant}; ${fill}; echo 1 > more || echo full; exit 7`);
  // The control: a program that just writes on has lost what it says
  const control = failed.stdout.includes("full") ? 1 : 0;
  expect(control).toBe(1);
  expect(failed.status).toBe(7);
  const lines = failed.stderr.split("\n");
  expect(lines).toContainEqual(
    expect.stringMatching(/^vaultbox: {3}disabled: b sets core\.fsmonitor/),
  );
  expect(lines).toContainEqual(expect.stringContaining("Makefile (new)"));
  // What is removed at the end may have made room for what is written then; if not, it's said
  for (const error of lines.filter((line) => line.startsWith("vaultbox: error: "))) {
    expect(error).toBe("vaultbox: error: cannot go on: ENOSPC: no space left on device, write");
  }

  for (const size of ["64k", "1k", "1"]) await rm(join(workspace, `fill-${size}`));
  const well = await run(`echo '#' >> Makefile; ${fill}`);
  expect(well.stderr).toContain("Makefile (changed)");
  expect(well.status).toBe(1);
  recordScore({
    row: 35,
    test: "a disk that the sandbox filled",
    attempts: 2,
    blocked: 2,
    controlSucceeded: control,
  });
});
