import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import {
  leavingOut,
  toProgramEnvironment,
  toSearchPath,
} from "../../../src/base/program-environment.ts";
import { prepareProgram } from "../../../src/base/find-program.ts";
import { WritableFolders } from "../../../src/base/writable-folders.ts";

const run = promisify(execFile);

/** A repository that has its own `npm` where `npx` looks first, and its own settings for the real one. */
async function createRepository(): Promise<AsyncDisposable & { path: string; bin: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-repo-")));
  const bin = join(path, "node_modules", ".bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(path, ".npmrc"), "registry=https://chosen-by-repo.example/\n");
  await writeFile(join(path, "package.json"), '{"name":"x"}\n');
  const tool = join(bin, "vaultbox-test-tool");
  await writeFile(tool, "#!/bin/sh\necho from the repository\n");
  await chmod(tool, 0o755);
  return { path, bin, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs code of ours in the repository, as `npx vaultbox` there would. */
async function runThere(repository: { path: string; bin: string }, code: string): Promise<string> {
  const module = (name: string): string => new URL(`../../../src/${name}`, import.meta.url).href;
  const text = code.replaceAll(/@([\w/-]+\.ts)/g, (_, name: string) => module(name));
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", text], {
    cwd: repository.path,
    env: { ...process.env, PATH: `${repository.bin}${delimiter}${process.env["PATH"] ?? ""}` },
  });
  return stdout.trim();
}

test("no program of the repository runs in place of the user's, not even from npx", async () => {
  await using repository = await createRepository();
  const command = '{ file: "vaultbox-test-tool", args: [], timeoutMs: 5000 }';
  const code = `import { runProgram } from "@base/run-program.ts";
    console.log(await runProgram(${command}).catch((error) => error.code));`;
  expect(await runThere(repository, code)).toBe("VBX_HOST_COMMAND_FAILED");
  // The naive way, in the same place
  const naive = `import { execFileSync } from "node:child_process";
    process.stdout.write(execFileSync("vaultbox-test-tool"));`;
  expect(await runThere(repository, naive)).toBe("from the repository");
});

test("a repository's .npmrc doesn't choose where the images' packages come from", async () => {
  await using repository = await createRepository();
  const code = `import { readNpmRegistry } from "@engine/image/host-network.ts";
    console.log(await readNpmRegistry(process.env));`;
  expect(await runThere(repository, code)).not.toContain("chosen-by-repo");
  const naive = `import { execFileSync } from "node:child_process";
    process.stdout.write(execFileSync("npm", ["config", "get", "registry"]));`;
  expect(await runThere(repository, naive)).toContain("chosen-by-repo");
}, 30_000);

test("a search path keeps what is the user's", () => {
  const path = ["/usr/bin", "bin", ".", "", "/a/node_modules/.bin", "/repo/.venv/bin", "/opt/x"];
  const kept = toSearchPath(path.join(delimiter), new WritableFolders(["/repo"]));
  expect(kept.split(delimiter)).toEqual(["/usr/bin", "/opt/x"]);
  const environment = { npm_execpath: "/npm", npm_config_registry: "https://x" };
  expect(toProgramEnvironment(environment, new WritableFolders([]))).toEqual({
    npm_execpath: "/npm",
    npm_config_registry: "",
  });
});

test("while a session's workspace is left out its programs aren't found, and nothing of the process changes", async () => {
  await using repository = await createRepository();
  const folder = join(repository.path, "bin");
  await mkdir(folder);
  const tool = join(folder, "vaultbox-test-tool");
  await writeFile(tool, "#!/bin/sh\n");
  await chmod(tool, 0o755);
  const path = `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
  const before = process.env["PATH"];
  const find = (): object => prepareProgram("vaultbox-test-tool", { PATH: path });
  expect(find()).toMatchObject({ file: tool });
  const found = await leavingOut(repository.path, async () => {
    const now = find();
    // Also in what is started from there, as a proxy's connections are
    const later = await new Promise<object>((resolve) => setImmediate(() => resolve(find())));
    const git = prepareProgram("git", { PATH: path });
    return { now, later, path: "env" in git ? git.env["PATH"] : undefined };
  });
  const notFound = { why: expect.stringContaining(tool) };
  expect(found).toMatchObject({ now: notFound, later: notFound });
  expect(found.path?.split(delimiter)).not.toContain(folder);
  expect(process.env["PATH"]).toBe(before);
  expect(find()).toMatchObject({ file: tool });
});
