import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { toSeccompProfile } from "../../../src/docker/seccomp/seccomp-profile.ts";
import { resolveSeccomp } from "../../../src/sandbox/system-call-filter.ts";

test("Docker gets the profile itself, Podman the path of a file that has it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-seccomp-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await resolveSeccomp({ flavour: "docker" }, folder)).toBe(toSeccompProfile());
  const path = await resolveSeccomp({ flavour: "podman" }, folder);
  expect(path).toBe(join(folder, "seccomp.json"));
  expect(await readFile(path, "utf8")).toBe(toSeccompProfile());
});
