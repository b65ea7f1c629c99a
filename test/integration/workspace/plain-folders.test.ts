import { execFile } from "node:child_process";
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { resolvePaths, type Paths } from "../../../src/base/paths.ts";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { toNameBytes } from "../../../src/base/fs/name-text.ts";
import { createScanBudget, startLimits } from "../../../src/workspace/scan-budget.ts";
import { removeGonePlainFolders } from "../../../src/workspace/scan/plain-folder-record.ts";
import { PlainFolders } from "../../../src/workspace/scan/plain-folders.ts";
import { scanWorkspace, type Scan } from "../../../src/workspace/scan/scan.ts";

const run = promisify(execFile);

afterEach(() => vi.restoreAllMocks());

interface Project extends AsyncDisposable {
  readonly path: string;
  readonly at: (path: string) => string;
  /** What the look at a start finds, by path, and how many folders it read for that */
  readonly start: (plain?: PlainFolders) => Promise<Look>;
  /** Scans through it as an end does, now or some seconds later, and remembers what it saw */
  readonly end: (when: { readonly isLater: boolean }) => Promise<void>;
  readonly open: () => PlainFolders;
  readonly file: () => Promise<string>;
  readonly paths: Paths;
}

interface Look {
  readonly special: readonly string[];
  readonly read: number;
}

/** A project with a package each of these names, and in it folders within folders. */
async function createProject(packages: readonly string[]): Promise<Project> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "vbp-")));
  const path = join(base, "project");
  const at = (inner: string): string => join(path, inner);
  const paths = resolvePaths({ VAULTBOX_HOME: join(base, "home") });
  for (const name of packages) {
    const folder = at(`node_modules/${name}/lib/deep`);
    await mkdir(toNameBytes(folder), { recursive: true });
    await writeFile(toNameBytes(`${folder}/index.js`), "");
  }
  const open = (): PlainFolders => new PlainFolders(paths, path);
  const look = async (plain: PlainFolders, deep: boolean): Promise<Scan> => {
    using root = Folder.openReal(path);
    const budget = createScanBudget(startLimits);
    return await scanWorkspace(root, path, { hide: undefined, deep, plain, budget });
  };
  return {
    path,
    at,
    paths,
    open,
    start: async (plain = open()) => {
      const reads = vi.spyOn(Folder.prototype, "unusualBelow");
      const { special } = await look(plain, false);
      const read = reads.mock.calls.length;
      reads.mockRestore();
      return { special: special.map((names) => names.join("/")).toSorted(), read };
    },
    end: async ({ isLater }) => {
      const plain = open();
      const now = Date.now() + (isLater ? 5000 : 0);
      const clock = vi.spyOn(Date, "now").mockReturnValue(now);
      plain.beginNotes();
      clock.mockRestore();
      await look(plain, true);
      await plain.remember();
    },
    file: async () => {
      const folder = join(paths.state, "plain-folders");
      const { stdout } = await run("find", [folder, "-type", "f"]);
      return stdout.trim();
    },
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  };
}

/** Each puts a pipe into its package after the record was made; returns where a start must find it. */
const changes: Readonly<Record<string, (project: Project) => Promise<string>>> = {
  // A deep folder, whose time of change of its content is set back
  deep: async ({ at }) => {
    const folder = at("node_modules/deep/lib/deep");
    const { atime, mtime } = await stat(folder);
    await run("mkfifo", [join(folder, "p")]);
    await utimes(folder, atime, mtime);
    return "node_modules/deep/lib/deep/p";
  },
  // The package itself
  top: async ({ at }) => {
    await run("mkfifo", [at("node_modules/top/p")]);
    return "node_modules/top/p";
  },
  // A folder that wasn't there
  added: async ({ at }) => {
    await mkdir(at("node_modules/added/lib/more"));
    await run("mkfifo", [at("node_modules/added/lib/more/p")]);
    return "node_modules/added/lib/more/p";
  },
  // Another folder of the same name, with a pipe that is as old as all the rest
  exchanged: async ({ at }) => {
    await rename(at("node_modules/exchanged/lib"), at("away"));
    await rename(at("other/lib"), at("node_modules/exchanged/lib"));
    return "node_modules/exchanged/lib/deep/p";
  },
  // The same further up: the folder with the pipe was only moved with the one around it
  around: async ({ at }) => {
    await rename(at("node_modules/around"), at("gone"));
    await rename(at("another"), at("node_modules/around"));
    return "node_modules/around/lib/deep/p";
  },
  // One that is mounted over
  mounted: async ({ at }) => {
    await run("mount", ["-t", "tmpfs", "none", at("node_modules/mounted/lib")]);
    await run("mkfifo", [at("node_modules/mounted/lib/p")]);
    return "node_modules/mounted/lib/p";
  },
};

test("a special file that came after the record is found, whatever was done to its folder; without the comparison it isn't", async () => {
  await using project = await createProject([...Object.keys(changes), "still"]);
  const { at } = project;
  for (const folder of ["other/lib/deep", "another/lib/deep"]) {
    await mkdir(at(folder), { recursive: true });
    await run("mkfifo", [at(`${folder}/p`)]);
  }
  await project.end({ isLater: true });
  // The kernel's clock has ticks of up to 10 ms
  await sleep(50);
  const outside = ["another/lib/deep/p", "other/lib/deep/p"];
  expect(await project.start()).toEqual({ special: outside, read: 0 });
  const places: string[] = [];
  try {
    for (const change of Object.values(changes)) places.push(await change(project));
    const { special, read } = await project.start();
    expect(special).toEqual(places.toSorted());
    expect(read).toBeLessThan(15);
    vi.spyOn(PlainFolders.prototype, "isStillPlain").mockReturnValue(true);
    expect(await project.start()).toEqual({ special: [], read: 0 });
  } finally {
    await run("umount", [at("node_modules/mounted/lib")]);
  }
});

test("a folder that changed within two seconds before the look isn't remembered, nor one with a special file in it", async () => {
  await using project = await createProject(["new", "old", "special"]);
  await run("mkfifo", [project.at("node_modules/special/lib/p")]);
  await sleep(2200);
  await writeFile(project.at("node_modules/new/lib/deep/more.js"), "");
  await project.end({ isLater: false });
  const special = ["node_modules/special/lib/p"];
  expect(await project.start()).toEqual({ special, read: 2 });
  await run("mkfifo", [project.at("node_modules/new/lib/deep/p")]);
  const both = ["node_modules/new/lib/deep/p", ...special];
  expect(await project.start()).toEqual({ special: both, read: 2 });
});

test("on a file system that isn't known to keep these times by itself nothing is remembered", async () => {
  await using project = await createProject(["a"]);
  const folder = project.at("node_modules/a");
  await run("mount", ["-t", "ramfs", "none", folder]);
  try {
    await mkdir(join(folder, "lib"));
    await project.end({ isLater: true });
    expect((await project.start()).read).toBe(2);
    expect(await readFile(await project.file(), "utf8")).toContain('"state":""');
  } finally {
    await run("umount", [folder]);
  }
});

test("a record that is damaged, too long, another version's or another root's counts as none", async () => {
  await using project = await createProject(["a"]);
  await project.end({ isLater: true });
  const file = await project.file();
  const good = await readFile(file, "utf8");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await project.start()).read).toBe(0);
  const bad = [
    "",
    good.slice(0, -1),
    good.replace('"version":1', '"version":2'),
    good.replace(project.path, `${project.path}2`),
    good.replace('"count":1', '"count":"1"'),
    good.replace('"folders":[]', '"folders":{}'),
    good + " ".repeat(16 * 1024 * 1024),
    "null",
    '{"version":1,"root":1,"trees":[null]}',
  ];
  const reads: number[] = [];
  for (const text of bad) {
    await writeFile(file, text);
    reads.push((await project.start()).read);
  }
  expect(reads).toEqual(bad.map(() => 3));
});

test("a project that was moved is read again, and so is what came to its place; prune forgets what is gone", async () => {
  await using project = await createProject(["a\udcff", "b"]);
  await project.end({ isLater: true });
  expect((await project.start()).read).toBe(0);
  await rename(project.path, `${project.path}-moved`);
  await mkdir(project.at("node_modules/b/lib/deep"), { recursive: true });
  await run("mkfifo", [project.at("node_modules/b/lib/deep/p")]);
  expect(await project.start()).toEqual({ special: ["node_modules/b/lib/deep/p"], read: 3 });
  expect(await removeGonePlainFolders(project.paths)).toEqual([]);
  await rm(project.path, { recursive: true });
  expect(await removeGonePlainFolders(project.paths)).toEqual([project.path]);
  expect(await project.file()).toBe("");
});
