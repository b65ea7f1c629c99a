import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkGit } from "../../../../src/cli/doctor/git-check.ts";

test("the host's git is named with its version, and a missing or old one with what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vbx-doctor-"));
  try {
    expect(await checkGit({ PATH: folder })).toMatchObject({ name: "git", status: "warn" });
    const git = join(folder, "git");
    await writeFile(git, "#!/bin/sh\necho git version 2.20.1\n");
    await chmod(git, 0o755);
    const old = await checkGit({ PATH: folder });
    expect(old.status).toBe("warn");
    expect(old.detail).toContain("git 2.20.1");
    expect(old.hint).toContain("install git 2.30 or newer");
    await writeFile(git, "#!/bin/sh\necho git version 2.47.0\n");
    expect(await checkGit({ PATH: folder })).toEqual({
      name: "git",
      status: "ok",
      detail: `2.47.0 (${git})`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
