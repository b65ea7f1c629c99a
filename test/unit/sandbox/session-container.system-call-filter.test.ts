import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { toSeccompProfile } from "../../../src/engine/seccomp/seccomp-profile.ts";
import { resolveSeccomp } from "../../../src/sandbox/session-container.ts";

test("Docker gets the profile itself, Podman the path of a file that has it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-seccomp-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await resolveSeccomp({ flavour: "docker" }, folder)).toBe(toSeccompProfile());
  // Nothing else makes the session's folder when the link needs none
  const path = await resolveSeccomp({ flavour: "podman" }, join(folder, "session"));
  expect(path).toBe(join(folder, "session", "seccomp.json"));
  expect(await readFile(path, "utf8")).toBe(toSeccompProfile());
});
