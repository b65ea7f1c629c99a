import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { everyday, toScript } from "./everyday-git.ts";
import { git } from "../../support/git.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { createWorld } from "../../support/sandbox-world.ts";

const run = promisify(execFile);
/** Files in one folder. */
const perFolder = 250;

/** Many files, a hidden one, names of any bytes, and in it all a socket that somebody listens on. */
async function makeRepository(path: string, folders: number): Promise<void> {
  for (let folder = 0; folder < folders; folder += 1) {
    const inner = join(path, "src", String(folder));
    await mkdir(inner, { recursive: true });
    const names = Array.from({ length: perFolder }, (_, index) => `${index}.ts`);
    await Promise.all(names.map((name) => writeFile(join(inner, name), "export {};\n")));
  }
  const odd = [Buffer.from("caf\xe9.ts", "latin1"), "a\nb.ts", "c:d,e.ts", "\u{fffd}.ts", "ü.ts"];
  for (const name of odd) {
    const bytes = Buffer.concat([Buffer.from(`${path}/src/`), Buffer.from(name)]);
    await writeFile(bytes, "odd\n");
  }
  await writeFile(join(path, ".gitignore"), ".env\n*.sock\n");
  await git(path, "init", "-q", "-b", "main");
  await git(path, "config", "gc.auto", "0");
  await git(path, "add", "-A");
  await git(path, "commit", "-q", "-m", "files");
  await writeFile(join(path, ".env"), "SECRET=1\n");
}

/** What looks at every file of a work tree, or of a repository. */
const wide = [0, 1, 2, 3, 6, 8, 9, 10, 11, 12, 13, 30].flatMap((index) => everyday[index] ?? []);

test.for([
  { size: "an odd repository", folders: 2, commands: everyday },
  { size: "a repository of 50,000 files", folders: 200, commands: wide },
])(
  "everyday git does in a sandbox what it does without one, in $size",
  { timeout: 400_000 },
  async (kind) => {
    await requireEngine();
    await using world = await createWorld();
    const plain = await mkdtemp(join(tmpdir(), "vbx-plain-"));
    const folder = join(plain, "w");
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(plain, { recursive: true, force: true }));
    await makeRepository(folder, kind.folders);
    // Node.js copies no names that are not UTF-8
    await run("cp", ["-a", `${folder}/.`, world.workspace]);
    for (const path of [folder, world.workspace]) {
      const server = createServer((socket) => void socket.end("host\n"));
      await new Promise<void>((resolve) => void server.listen(join(path, "k"), resolve));
      stack.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    }
    const script = toScript(kind.commands);
    const env = { ...process.env, GIT_CONFIG_NOSYSTEM: "1" };
    const expected = await run("sh", ["-c", script], { cwd: folder, env, maxBuffer: 1e8 });
    const result = await world.run(["run", "--", "sh", "-c", script], { timeoutMs: 300_000 });
    expect(result.status).toBe(0);
    expect(result.stdout.split("## ")).toEqual(expected.stdout.split("## "));
    expect(result.stderr).toContain("hidden");
  },
);
