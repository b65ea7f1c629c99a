import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { lutimes, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths, type Paths } from "../../src/base/paths.ts";
import { readOwnProcessId, type ProcessId } from "../../src/base/process-id.ts";
import { beginSession, writeState } from "../../src/base/session-state.ts";
import { runCli, type CliResult } from "../support/run-cli.ts";
import { runOnTerminal } from "../support/terminal.ts";

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<CliResult>;
}

/** A VAULTBOX_HOME with an encrypted vault in it. */
async function createPlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), "vbx-un-"));
  const folder = join(root, "v");
  const env = { HOME: root, VAULTBOX_HOME: folder, TMPDIR: root };
  const place: Place = {
    folder,
    env,
    paths: resolvePaths(env),
    run: (args, more = {}) =>
      runCli(args, {
        env: { DOCKER_HOST: `unix://${root}/none.sock`, ...env, ...more },
        input: "a-secret-1234567890",
      }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
  const added = await place.run(["credential", "add", "billing", "--host", "api.example.com"]);
  expect(added.status, added.stderr).toBe(0);
  return place;
}

const facts = { command: ["true"], agent: "generic", workspace: "/nowhere" };
const id = "0123456789ab";
const all = ["uninstall", "--no-engine", "--vaults", "--yes"];

test("while a session runs nothing is removed; --force ends it first", async () => {
  await using place = await createPlace();
  const { paths } = place;
  const sleeper = spawn("sleep", ["600"], { stdio: "ignore" });
  try {
    const state = await beginSession(paths, { id, ...facts });
    await writeState(paths, { ...state, owner: await identify(sleeper.pid ?? 0) });
    const { status, stdout, stderr } = await place.run(all);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: `vaultbox: error: cannot uninstall: a session runs: ${id}
vaultbox: hint: to end what runs: vaultbox stop ${id}
vaultbox: hint: or have it done: vaultbox uninstall --force
`,
    });
    expect((await place.run(["credential", "list"])).stdout).toContain("billing");
    const forced = await place.run([...all, "--force"]);
    expect(forced.status, forced.stderr).toBe(0);
    expect(sleeper.signalCode ?? "SIGTERM").toBe("SIGTERM");
    expect(existsSync(place.folder)).toBe(false);
  } finally {
    sleeper.kill("SIGKILL");
  }
});

/** As `readOwnIdentity` has it, of a child of this process. */
async function identify(pid: number): Promise<ProcessId> {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const start = text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return { ...(await readOwnProcessId()), pid, start };
}

test("a session whose process died stays known until the engine could be asked for what it left", async () => {
  await using place = await createPlace();
  const state = await beginSession(place.paths, { id, ...facts });
  await writeState(place.paths, { ...state, owner: { ...state.owner, pid: 1, start: "0" } });
  const { status, stderr } = await place.run(all);
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(
      `sessions died, and left something there: ${id}\nvaultbox: hint: with the`,
    ),
  ]);
  expect((await place.run(["credential", "list"])).stdout).toContain("billing");
  expect((await place.run([...all, "--force"])).status).toBe(0);
  expect(existsSync(place.folder)).toBe(false);
});

test("without an engine it says how to go on, and vaults stay when they aren't named", async () => {
  await using place = await createPlace();
  const unreachable = await place.run(["uninstall", "--yes"]);
  expect(unreachable.status).toBe(1);
  expect(unreachable.stderr).toMatch(
    /hint: without what is on it: vaultbox uninstall --no-engine\n$/,
  );
  const { status, stdout } = await place.run(["uninstall", "--no-engine", "--yes"]);
  expect([status, stdout]).toEqual([
    0,
    `nothing of vaultbox is left to go

stays:
  vault default; to delete it too: vaultbox uninstall --vaults
  what is on an engine: none was asked
  the program; when all else is gone: npm uninstall -g vaultbox

`,
  ]);
  expect((await place.run(["credential", "list"])).stdout).toContain("billing");
});

test("what isn't vaultbox's stays where VAULTBOX_HOME has both, and so does the counter of a vault that is lost", async () => {
  await using place = await createPlace();
  const { folder, paths } = place;
  const mine = [
    "config/app.ini",
    "state/notes",
    "run/x.pid",
    "vaults/readme",
    "more",
    "state/git.bak",
  ];
  for (const name of mine) {
    await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, name), "mine");
  }
  await mkdir(join(paths.state, "git"));
  // Its disk isn't there now
  await rm(join(paths.vaults, "default.age"));
  const kept = await place.run(["uninstall", "--no-engine", "--yes", "--json"]);
  expect(JSON.parse(kept.stdout)).toMatchObject({
    dryRun: false,
    removed: { vaults: [], paths: [paths.state] },
    kept: {
      vaults: ["default"],
      paths: ["run/x.pid", "config/app.ini", "state/git.bak", "state/notes"].map((name) =>
        join(folder, name),
      ),
    },
  });
  expect(existsSync(join(paths.state, "vaults/default.seen"))).toBe(true);
  expect(existsSync(join(paths.state, "git"))).toBe(false);
  expect((await place.run(all)).status).toBe(0);
  const left = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = left
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.toSorted()).toEqual(mine.map((name) => join(folder, name)).toSorted());
});

test("vaults of a keychain that doesn't answer aren't deleted halfway", async () => {
  await using place = await createPlace();
  const { vaults } = place.paths;
  await writeFile(join(vaults, "other.keychain"), "", { mode: 0o600 });
  const { status, stderr } = await place.run(all);
  expect([status, stderr]).toEqual([1, expect.stringContaining("cannot use the keychain")]);
  expect((await place.run(["credential", "list"])).stdout).toContain("billing");
});

test("what killed writers left goes, of builds in the temporary folder when it's old; what is named like it stays", async () => {
  await using place = await createPlace();
  const temporary = dirname(place.folder);
  const names = [
    "vaultbox-image-aB3dE6",
    "vaultbox-demo-aB3dE6",
    "vaultbox-image-aB3dE7",
    "vaultbox-image-of-mine",
  ];
  for (const name of names) await mkdir(join(temporary, name));
  await symlink("x&y", join(temporary, "vaultbox-build-0123456789abcdef.lock"));
  await symlink("x&y", join(place.paths.vaults, ".default.lock.stale.stale"));
  const old = new Date(Date.now() - 2 * 3_600_000);
  for (const name of [
    ...names.filter((one) => !one.endsWith("7")),
    "vaultbox-build-0123456789abcdef.lock",
  ]) {
    await lutimes(join(temporary, name), old, old);
  }
  expect((await place.run(all)).status).toBe(0);
  expect((await readdir(temporary)).toSorted()).toEqual([
    "vaultbox-image-aB3dE7",
    "vaultbox-image-of-mine",
  ]);
});

test("on a terminal it says what goes and stays, then asks; only a yes removes", async () => {
  await using place = await createPlace();
  const args = ["uninstall", "--no-engine", "--vaults"];
  const { env } = place;
  const no = await runOnTerminal(args, { env, when: "[y/N]", type: "n\n" });
  expect(no.status).toBe(1);
  expect(no.screen).toContain("goes:\r\n  vault default, with its key\r\n");
  expect(no.screen).toContain(
    "to have a vault elsewhere first: vaultbox vault export default FILE",
  );
  expect(no.screen).toContain("remove all that goes? [y/N] ");
  expect((await place.run(["credential", "list"])).stdout).toContain("billing");
  const yes = await runOnTerminal(args, { env, when: "[y/N]", type: "y\n" });
  expect([yes.status, yes.screen]).toEqual([0, expect.stringContaining("removed what goes")]);
  expect(existsSync(place.folder)).toBe(false);
});
