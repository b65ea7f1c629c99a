import { mkdir, readdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openSpecialFiles, specialFilesProbe } from "./special-files.ts";

/** Everywhere a path of the host enters a sandbox; the one that is hidden as a whole comes last. */
const places: readonly (readonly [onHost: string, inSandbox: string])[] = [
  ["linked/d", "linked/d"],
  ["linked/sp ace\n'", "linked/sp ace\n'"],
  ["linked/node_modules/x", "linked/node_modules/x"],
  ["linked/lib/python3/site-packages/x", "linked/lib/python3/site-packages/x"],
  ["linked/nested/.git", "linked/nested/.git"],
  ["linked/nested/.git/hooks/x", "linked/nested/.git/hooks/x"],
  ["linked/nested/node_modules/x/.git/objects", "linked/nested/node_modules/x/.git/objects"],
  ["linked/bare.git", "linked/bare.git"],
  ["main/.git", "main/.git"],
  ["ro", "ro"],
  ["ro/node_modules/x/.git", "ro/node_modules/x/.git"],
  ["rw", "mnt/rw"],
  ["linked/over", "mnt/nowhere"],
  ["linked/private", "linked/private"],
];

/** Which of the special files answer in the sandbox, made before it starts or once it runs. */
async function findReached(when: "before" | "later") {
  await using world = await createWorld();
  const outer = await realpath(world.workspace);
  const at = (path: string): string => join(outer, path);
  await git(outer, "init", "-q", "-b", "main", "main");
  await git(at("main"), "commit", "-q", "--allow-empty", "-m", "one");
  await git(at("main"), "worktree", "add", "-q", "-b", "side", at("linked"));
  await git(outer, "init", "-q", at("linked/nested"));
  await git(outer, "init", "-q", "--bare", at("linked/bare.git"));
  for (const folder of ["ro", "rw", "empty", "linked/private", "linked/over"]) {
    await mkdir(at(folder), { recursive: true });
  }
  const project = "version: 1\nworkspace: {hide: [default, private/]}\n";
  await writeFile(at("linked/vaultbox.yaml"), project);
  const cwd = at("linked");
  await world.run(["trust", "--yes"], { cwd });
  const folders = places.map(([onHost]) => at(onHost));
  const mounts = [at("ro"), `${at("rw")}:/mnt/rw:rw`, `${at("empty")}:${at("linked/over")}`];
  const flags = ["--workspace", cwd, ...mounts.flatMap((one) => ["--mount", one])];
  const tries = places.flatMap(([, inSandbox]) => {
    const folder = inSandbox.startsWith("mnt/") ? `/${inSandbox}` : at(inSandbox);
    return ["socket", "pipe", "device"].flatMap((kind) => [
      kind,
      join(folder, kind === "socket" ? "k" : (kind[0] ?? "")),
    ]);
  });
  await using hosted = when === "before" ? await openSpecialFiles(folders) : undefined;
  void hosted;
  const script = `echo ready; while [ ! -e go ]; do sleep 0.1; done; ${specialFilesProbe}\nsleep 2`;
  const child = world.spawn(["run", ...flags, "--", "sh", "-c", script, "sh", ...tries]);
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => void (text += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => void (text += chunk.toString()));
  await untilOutput(child, "ready");
  await using late = when === "later" ? await openSpecialFiles(folders) : undefined;
  void late;
  await writeFile(at("linked/go"), "");
  expect([await untilClosed(child), text]).toEqual([0, expect.anything()]);
  if (when === "before") {
    // Nothing of theirs was touched
    const left = await Promise.all(folders.map((folder) => stat(join(folder, "k"))));
    expect(left.every((facts) => facts.isSocket())).toBe(true);
  }
  const sessions = join(world.home, "../v/state/sessions");
  const logs = await Promise.all(
    (await readdir(sessions)).map((id) => readFile(join(sessions, id, "audit.jsonl"), "utf8")),
  );
  const notes = logs.join("").split("\n");
  return {
    notes: notes.filter((note) => note.includes("workspace-socket")).join("\n"),
    reached: text.match(/^reached \d+$/gm) ?? [],
    text,
    tries: tries.length / 2,
  };
}

test("no socket, pipe or device of the host answers in the sandbox, wherever it lies; unmasked, each does", async () => {
  const { reached, text, tries } = await findReached("before");
  const control = await findReached("later");
  recordScore({
    row: 45,
    test: "sockets, pipes and devices of the host, in every folder that is in the sandbox",
    attempts: tries,
    blocked: tries - reached.length,
    controlSucceeded: control.reached.length,
  });
  expect(text).not.toContain("private/k");
  expect([reached, text]).toEqual([
    [],
    expect.stringMatching(/not reachable in the sandbox: .*d\/d, d\/k, d\/p/),
  ]);
  // All but those below another mount and in the hidden folder
  expect([control.reached.length, control.text]).toEqual([tries - 6, expect.anything()]);
  expect(control.text).toContain("sockets, pipes and devices:");
  // Those that came late can't be masked any more: the user is told while the sandbox runs, and so is the audit
  expect(control.text).toMatch(
    /listens at "[^"]*\/linked\/d\/k" now, where the sandbox can reach it/,
  );
  expect(control.text).toContain("/ro/k");
  expect(text).not.toContain("listens at");
  expect(control.notes).toContain("/linked/d/k");
  expect(control.notes).not.toContain("/private/");
});

/** Makes a record believe that a folder is as it is now. */
async function believe(file: string, folder: string): Promise<void> {
  const { dev, ino, ctimeNs } = await stat(folder, { bigint: true });
  const forge = (key: string, value: unknown): unknown =>
    key === "folders" && Array.isArray(value)
      ? value.map((one: object) =>
          "name" in one && one.name === "forged"
            ? { ...one, state: `${dev}:${ino}:${ctimeNs}` }
            : one,
        )
      : value;
  await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, "utf8"), forge)));
}

test("what comes into a folder of packages that an earlier run knew is masked in the next one; were the folder believed to be as it was, it would answer", async () => {
  await using world = await createWorld();
  const workspace = await realpath(world.workspace);
  const packages = Array.from({ length: 70 }, (_, index) => `node_modules/p${index}`);
  const folder = join(workspace, "node_modules/p0/forged");
  for (const path of packages) await mkdir(join(workspace, path), { recursive: true });
  await mkdir(folder);
  await sleep(2200);
  await world.run(["run", "--", "true"]);
  const records = join(world.home, "../v/state/plain-folders");
  const [record = ""] = await readdir(records);
  await using hosted = await openSpecialFiles([folder]);
  const tries = hosted.paths.flat();
  const probe = ["run", "--", "sh", "-c", specialFilesProbe, "sh", ...tries];
  const guarded = await world.run(probe);
  await believe(join(records, record), folder);
  const control = await world.run(probe);
  const [reached, reachedOtherwise] = [guarded, control].map(
    ({ stdout }) => stdout.match(/^reached \d+$/gm) ?? [],
  );
  recordScore({
    row: 45,
    test: "the same in a folder that an earlier run knew without them",
    attempts: hosted.paths.length,
    blocked: hosted.paths.length - (reached?.length ?? 0),
    controlSucceeded: reachedOtherwise?.length ?? 0,
  });
  expect([reached, guarded.stderr]).toEqual([[], expect.stringContaining("forged/k")]);
  // The pipe's writer still waits: the first of the two runs hasn't touched it
  expect(reachedOtherwise).toEqual(["reached 0", "reached 1", "reached 2"]);
});

test("a socket that the user mounts by name is there; a pipe isn't mounted without that", async () => {
  await using world = await createWorld();
  await using hosted = await openSpecialFiles([world.workspace]);
  const [[, socket] = ["", ""], [, pipe] = ["", ""]] = hosted.paths;
  for (const path of [socket, pipe]) {
    const { status, stderr } = await world.run(["run", "--mount", path, "--", "true"]);
    expect([status, stderr]).toEqual([
      125,
      expect.stringContaining("a socket, a pipe or a device"),
    ]);
  }
  const flags = ["--mount", socket, "--allow-mount", socket];
  const probe = ["sh", "-c", specialFilesProbe, "sh", "socket", socket, "pipe", pipe];
  const { stdout } = await world.run(["run", ...flags, "--", ...probe]);
  expect(stdout).toBe("reached 0\n");
});
