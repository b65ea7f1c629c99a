import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { git, readGit } from "../../support/git.ts";
import { runCli } from "../../support/run-cli.ts";

test("a workspace's own git is never run, wherever vaultbox was started", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vbx-path-"));
  try {
    const workspace = join(folder, "project");
    const marker = join(folder, "marker");
    const bin = join(workspace, "bin");
    await mkdir(bin, { recursive: true });
    await git(workspace, "init", "-q");
    // Nothing that our own reader takes for plain: git has to be asked
    await writeFile(
      join(workspace, ".git", "config"),
      '[core]\n\tbare = "fal"se\n[a "\\b"]\nc = \\\n d\n',
    );
    await writeFile(join(bin, "git"), `#!/bin/sh\necho run >> "${marker}"\n`);
    await chmod(join(bin, "git"), 0o755);
    const env = { PATH: `${bin}${delimiter}${process.env["PATH"]}` };
    const { status } = await runCli(["policy", "show", "--workspace", workspace], { env });
    expect(status).toBe(0);
    await expect(readFile(marker)).rejects.toThrow("ENOENT");
    // The control: that git does run when it's asked for
    await readGit(["--version"], { cwd: workspace, env });
    expect(await readFile(marker, "utf8")).toBe("run\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
