import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { removeMountPoint } from "../../../src/workspace/protect/mount-point.ts";
import { requireBaseImage, requireEngine } from "../../support/require-engine.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);
const canary = "canary-of-the-host";
const tries = 6;

/** Exchanges two entries for each other (renameat2(2), RENAME_EXCHANGE), now fast, now slowly, until \`stop\` is there. */
const exchange = `
import ctypes, os, random, sys, time
libc = ctypes.CDLL(None, use_errno=True)
a, b, stop = (os.fsencode(name) for name in sys.argv[1:4])
print("ready", flush=True)
while not os.path.exists(stop):
    for _ in range(random.choice([1, 1, 1, 50])): libc.renameat2(-100, a, -100, b, 2)
    time.sleep(random.choice([0, 0.001, 0.01, 0.05, 0.2]))
`;

interface Kind {
  /** What takes the place of \`inner\` */
  readonly plant: (place: string, secret: string) => Promise<void>;
  readonly flags: (inner: string) => readonly string[];
}

const kinds: Readonly<Record<string, Kind>> = {
  "a link in the workspace's place": {
    plant: (place, secret) => symlink(secret, place),
    flags: (inner) => ["--workspace", inner],
  },
  "a link in a mount's place": {
    plant: (place, secret) => symlink(secret, place),
    flags: (inner) => ["--mount", inner],
  },
  "another folder in the workspace's place": {
    plant: async (place) => {
      await mkdir(join(place, "sub"), { recursive: true });
      await writeFile(join(place, "sub/.env"), canary);
    },
    flags: (inner) => ["--workspace", inner],
  },
};

/** A folder that one sandbox works in, and an inner one that another session is about to mount. */
async function createPlaces(kind: Kind, home: string) {
  const outer = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  const inner = join(outer, "inner");
  await mkdir(inner);
  await writeFile(join(inner, "own"), "own");
  await mkdir(join(home, ".ssh"), { recursive: true });
  await writeFile(join(home, ".ssh/id"), canary);
  await kind.plant(join(outer, "planted"), join(home, ".ssh"));
  return {
    outer,
    inner,
    [Symbol.asyncDispose]: () => rm(outer, { recursive: true, force: true }),
  };
}

async function isAsChecked(inner: string): Promise<boolean> {
  const own = await lstat(join(inner, "own")).catch(() => undefined);
  return own !== undefined && (await lstat(inner)).isDirectory();
}

async function race(kind: Kind) {
  // The sandbox that attacks belongs to a state of its own: otherwise the session would be refused for being in it
  await using attacker = await createWorld();
  await using world = await createWorld();
  await using places = await createPlaces(kind, world.home);
  const { outer, inner } = places;
  const loop = ["python3", "-c", exchange, "inner", "planted", "stop"];
  const child = attacker.spawn(["run", "--workspace", outer, "--", ...loop]);
  await untilOutput(child, "ready");
  const read = `cat ${inner}/id ${inner}/sub/.env 2>/dev/null; true`;
  let reached = 0;
  let naive = 0;
  for (let index = 0; index < tries; index += 1) {
    const { stdout } = await world.run(["run", ...kind.flags(inner), "--", "sh", "-c", read]);

    if (stdout.includes(canary)) reached += 1;
  }
  const base = await requireBaseImage(await requireEngine());
  // Until it succeeded: on a busy machine the moment is short
  for (let index = 0; index < tries || (naive === 0 && index < 8 * tries); index += 1) {
    // Whoever looks at the path, sees nothing amiss there, and gives it to the engine
    while (!(await isAsChecked(inner))) await sleep(2);
    const mount = ["--mount", `type=bind,source=${inner},target=${inner}`];
    const command = ["--rm", "--network", "none", ...mount, base, "sh", "-c", read];
    const { stdout } = await run("docker", ["run", ...command]).catch(() => ({ stdout: "" }));
    if (stdout.includes(canary)) naive += 1;
  }
  await writeFile(join(outer, "stop"), "");
  await untilClosed(child);
  return { reached, naive };
}

test("what another sandbox exchanges between the check and the mount never reaches a sandbox", async () => {
  const found = new Map<string, Awaited<ReturnType<typeof race>>>();
  for (const [name, kind] of Object.entries(kinds)) found.set(name, await race(kind));
  const all = [...found.values()];
  const reached = all.reduce((sum, one) => sum + one.reached, 0);
  recordScore({
    row: 47,
    test: "the workspace and a mount, exchanged by the sandbox around them",
    attempts: tries * all.length,
    blocked: tries * all.length - reached,
    controlSucceeded: all.reduce((sum, one) => sum + one.naive, 0),
  });
  expect([reached, [...found]]).toEqual([0, expect.anything()]);
  expect([all.filter(({ naive }) => naive === 0), [...found]]).toEqual([[], expect.anything()]);
}, 240_000);

test("a folder with a hidden file that another sandbox exchanges before the mount shows the file to no sandbox", async () => {
  await using world = await createWorld();
  const workspace = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  await mkdir(join(workspace, "d"));
  await writeFile(join(workspace, "d/.env"), `KEY=${canary}`);
  const loop = ["sh", "-c", 'mkdir planted; exec python3 -c "$1" d planted stop', "sh", exchange];
  const child = world.spawn(["run", "--workspace", workspace, "--", ...loop]);
  await untilOutput(child, "ready");
  const read = "cat d/.env planted/.env 2>/dev/null; true";
  let reached = 0;
  let started = 0;
  for (let index = 0; index < tries; index += 1) {
    const shell = ["sh", "-c", read];
    const { stdout, status } = await world.run(["run", "--workspace", workspace, "--", ...shell]);
    if (stdout.includes(canary)) reached += 1;
    if (status === 0) started += 1;
  }
  const base = await requireBaseImage(await requireEngine());
  const aside = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  const empty = join(aside, "empty");
  await writeFile(empty, "");
  let naive = 0;
  for (let index = 0; index < 2 * tries; index += 1) {
    const folder = (await readdir(join(workspace, "d"))).includes(".env") ? "d" : "planted";
    const mounts = [
      `type=bind,source=${workspace},target=/w`,
      `type=bind,source=${empty},target=/w/${folder}/.env,readonly`,
    ].flatMap((mount) => ["--mount", mount]);
    const command = ["--rm", "--network", "none", "-w", "/w", ...mounts, base, "sh", "-c", read];
    const { stdout } = await run("docker", ["run", ...command]).catch(() => ({ stdout: "" }));
    if (stdout.includes(canary)) naive += 1;
  }
  await writeFile(join(workspace, "stop"), "");
  await untilClosed(child);
  for (const path of [workspace, aside]) await rm(path, { recursive: true, force: true });
  recordScore({
    row: 47,
    test: "a folder with a hidden file, exchanged by another sandbox in the same workspace",
    attempts: tries,
    blocked: tries - reached,
    controlSucceeded: naive,
  });
  expect([reached, { started, naive }]).toEqual([0, expect.anything()]);
  expect(naive).toBeGreaterThan(0);
}, 240_000);

test("what the real engine makes in place of a hidden file that went away is known for its own, with the folders around it", async () => {
  const base = await requireBaseImage(await requireEngine());
  const workspace = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  await mkdir(join(workspace, "own"));
  const at = Date.now();
  const mounts = [
    `type=bind,source=${workspace},target=/w`,
    "type=bind,source=/etc/hostname,target=/w/a/conf/.env,readonly",
    "type=bind,source=/etc/hostname,target=/w/own/.env,readonly",
    `type=bind,source=${join(workspace, "own")},target=/w/private,readonly`,
  ];
  const binds = mounts.flatMap((mount) => ["--mount", mount]);
  await run("docker", ["run", "--rm", "--network", "none", ...binds, base, "true"]);
  const left = (await readdir(workspace, { recursive: true })).toSorted();
  using root = Folder.openRoot(workspace);
  for (const names of [["a", "conf", ".env"], ["own", ".env"], ["private"]]) {
    removeMountPoint(root, { names, kind: "file", content: "", instead: { key: "", at } });
  }
  expect(left).toEqual(["a", "a/conf", "a/conf/.env", "own", "own/.env", "private"]);
  expect(await readdir(workspace, { recursive: true })).toEqual(["own"]);
  await rm(workspace, { recursive: true });
});
