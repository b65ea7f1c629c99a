import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  completeLine,
  installProgram,
  type CompletingShell,
  type ShellPlace,
} from "./shell-completion.ts";

const shells: readonly CompletingShell[] = ["bash", "bash with bash-completion", "zsh", "fish"];

let folder: string;
let place: ShellPlace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vaultbox-test-completion-"));
  const vaultboxHome = join(folder, "kept");
  const vaults = join(vaultboxHome, "vaults");
  const cwd = join(folder, "project");
  await mkdir(vaults, { recursive: true });
  await mkdir(join(cwd, "notes"), { recursive: true });
  const names = ["work.age", "default.age", "x$(touch PWNED).age", "y`touch PWNED`.age", "a b.age"];
  for (const name of names) await writeFile(join(vaults, name), "");
  await mkdir(join(vaultboxHome, "state", "sessions", "0123456789ab"), { recursive: true });
  await mkdir(join(vaultboxHome, "state", "sessions", "$(touch PWNED)"), { recursive: true });
  await writeFile(join(cwd, "Makefile"), "X := $(shell touch PWNED)\nall:\n");
  place = { cwd, env: { ...(await installProgram(folder)), VAULTBOX_HOME: vaultboxHome } };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(shells)("%s", (shell) => {
  test("proposes commands, flags, vaults, presets and sessions", async () => {
    expect(await completeLine(shell, "vaultbox cred", place)).toEqual(["credential"]);
    expect(await completeLine(shell, "vaultbox run --vau", place)).toEqual(["--vault"]);
    expect(await completeLine(shell, "vaultbox credential add githu", place)).toEqual(["github"]);
    expect(await completeLine(shell, "vaultbox audit show 01", place)).toEqual(["0123456789ab"]);
  });

  test("proposes no name with letters that a shell reads, and runs none", async () => {
    expect(await completeLine(shell, "vaultbox run --vault ", place)).toEqual(["default", "work"]);
    await completeLine(shell, "vaultbox run --vault '$(touch PWNED)", place);
    await completeLine(shell, "vaultbox audit show $(touch\\ PWNED)", place);
    expect(existsSync(join(place.cwd, "PWNED"))).toBe(false);
  });

  test("proposes files for the command of run, and runs nothing of the project", async () => {
    expect(await completeLine(shell, "vaultbox run -- make Make", place)).toEqual(["Makefile"]);
    expect(await completeLine(shell, "vaultbox run -- mkdi", place)).toContain("mkdir");
    expect(existsSync(join(place.cwd, "PWNED"))).toBe(false);
  });
});

test("a script that hands names to compgen -W runs a vault's name (control)", async () => {
  const naive = `echo '_vaultbox() { COMPREPLY=($(compgen -W "$(ls "$VAULTBOX_HOME/vaults")" -- x)); }'`;
  await completeLine("bash", "vaultbox run --vault x", place, naive);
  expect(existsSync(join(place.cwd, "PWNED"))).toBe(true);
  await rm(join(place.cwd, "PWNED"));
});

test("a script that asks the completion of make runs the project's Makefile (control)", async () => {
  const naive = `echo '_vaultbox() { _command_offset 3; }'`;
  await completeLine("bash with bash-completion", "vaultbox run -- make a", place, naive);
  expect(existsSync(join(place.cwd, "PWNED"))).toBe(true);
  await rm(join(place.cwd, "PWNED"));
});
