import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  open,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { readPlainFile } from "../../../src/base/fs/private-read.ts";
import { findProjectFile } from "../../../src/config/project-file.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { defaultWorkspaceSettings } from "../../../src/policy/workspace-settings.ts";
import { disablePlace } from "../../../src/workspace/handoff/disable-git-dir.ts";
import { makeMountPoint, removeMountPoint } from "../../../src/workspace/protect/mount-point.ts";
import { readRepositoryFacts } from "../../../src/workspace/git-dir/repository-facts.ts";
import { openWorkspaceSession } from "../../../src/workspace/workspace-session.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { swap } from "./swapping-process.ts";

const run = promisify(execFile);

/** Of each kind; the long run is `VAULTBOX_RACE_SECONDS=60` */
const seconds = Number(process.env["VAULTBOX_RACE_SECONDS"] ?? "1");
/** Nothing waits for what it meets: a pipe's writer never comes, a device never ends. On a busy machine git starts slowly, `ms` */
const maxStepMs = 20_000;

interface World extends AsyncDisposable {
  readonly root: string;
  readonly workspace: string;
  readonly outside: string;
  readonly canary: string;
}

/** A workspace with `d/f`, `.git`, and outside of it the same names with a canary in them. */
async function createWorld(): Promise<World> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbr-")));
  const [workspace, outside] = [join(root, "w"), join(root, "outside")];
  const canary = randomBytes(20).toString("hex");
  for (const folder of [workspace, outside]) {
    await mkdir(join(folder, "d/.git"), { recursive: true });
    await mkdir(join(folder, ".git/refs/heads"), { recursive: true });
    const said = folder === outside ? canary : "plain";
    await writeFile(join(folder, "d/f"), said);
    await writeFile(join(folder, "d/.npmrc"), `token = ${said}`);
    await writeFile(join(folder, "d/package.json"), said);
    await writeFile(join(folder, "vaultbox.yaml"), `version: 1 # ${said}\n`);
    await writeFile(join(folder, ".git/HEAD"), "ref: refs/heads/main\n");
    const config = `[remote "origin"]\n\turl = https://example.com/${said}\n`;
    await writeFile(join(folder, ".git/config"), config);
  }
  return {
    root,
    workspace,
    outside,
    canary,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Every file access that vaultbox has in a workspace; what each one read, as text. */
const accesses: Readonly<Record<string, (world: World) => unknown>> = {
  "a file beneath": ({ workspace }) => {
    using root = Folder.openRoot(workspace);
    using folder = root.openPath(["d"]);
    return folder?.read("f", 1000)?.toString();
  },
  "a listing beneath": ({ workspace }) => {
    using root = Folder.openRoot(workspace);
    using folder = root.openPath(["d"]);
    return folder?.entries().map(({ name }) => [name, folder.readLink(name)]);
  },
  "the repository's facts": ({ workspace }) => readRepositoryFacts(workspace),
  "the project file": async ({ workspace }) => {
    const found = await findProjectFile(workspace).catch(() => undefined);
    return Buffer.from(found?.content ?? []).toString();
  },
  "a plain file": async ({ workspace }) => {
    const content = await readPlainFile(join(workspace, "vaultbox.yaml"), 1000).catch(
      () => undefined,
    );
    return Buffer.from(content ?? []).toString();
  },
  "a mount point": ({ workspace }) => {
    using root = Folder.openRoot(workspace);
    const place = { names: ["d", "mount-point"], kind: "file", content: "x" } as const;
    makeMountPoint(root, place);
    removeMountPoint(root, place);
    return "";
  },
  "a repository that is disabled": ({ workspace }) => {
    using root = Folder.openRoot(workspace);
    const disabled = disablePlace(root, ["d", ".git"]);
    using folder = root.openPath(["d"]);
    // Back again, for the next time
    try {
      folder?.rename(disabled.taken?.names.at(-1) ?? "", ".git");
    } catch {
      // It was exchanged meanwhile
    }
    return "";
  },
  "the start and the end of a session": async ({ root, workspace }) => {
    const paths = resolvePaths({ VAULTBOX_HOME: join(root, "v") });
    await mkdir(join(paths.sessions, "0123456789ab"), { recursive: true });
    const directory = await mkdtemp(join(root, "s-"));
    const session = openWorkspaceSession({
      paths,
      session: "0123456789ab",
      workspace,
      settings: defaultWorkspaceSettings,
      mounts: [],
      admit: () => Promise.reject(new Error("outside")),
      pin: () => Promise.resolve(),
    });
    const mounts = await session.mount(directory).catch(() => undefined);
    const shown = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    const handoff = await session.inspect();
    await session.close();
    return [mounts?.hidden, shown, handoff];
  },
};

/** What takes an entry's place; each is made beside it as `evil`. */
const kinds: Readonly<Record<string, (world: World) => Promise<readonly [string, string]>>> = {
  "a link in a file's place": async ({ workspace, outside }) => {
    await symlink(join(outside, "d/f"), join(workspace, "d/evil"));
    return [join(workspace, "d"), "f"];
  },
  "a link in a folder's place": async ({ workspace, outside }) => {
    await symlink(join(outside, "d"), join(workspace, "evil"));
    return [workspace, "d"];
  },
  "a link in the repository's place": async ({ workspace, outside }) => {
    await symlink(join(outside, ".git"), join(workspace, "evil"));
    return [workspace, ".git"];
  },
  "a pipe": async ({ workspace }) => {
    await run("mkfifo", [join(workspace, "evil")]);
    return [workspace, "vaultbox.yaml"];
  },
  "a device": async ({ workspace }) => {
    await run("mknod", [join(workspace, "d/evil"), "c", "1", "5"]);
    return [join(workspace, "d"), ".npmrc"];
  },
  "a huge file": async ({ workspace }) => {
    const handle = await open(join(workspace, ".git/evil"), "w");
    await handle.truncate(2 ** 43);
    await handle.close();
    return [join(workspace, ".git"), "config"];
  },
  "a hard link": async ({ workspace, outside }) => {
    await writeFile(join(outside, "linked"), "unchanged");
    await link(join(outside, "linked"), join(workspace, "d/evil"));
    await chmod(join(outside, "linked"), 0o666);
    return [join(workspace, "d"), "mount-point"];
  },
};

/** How often the naive way read the canary. */
function readNaively({ workspace, canary }: World): boolean {
  try {
    const path = join(workspace, "d/f");
    return lstatSync(path).isFile() && readFileSync(path, "utf8").includes(canary);
  } catch {
    return false;
  }
}

function readOutside({ outside }: World): string {
  const entries = readdirSync(outside, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${entry.isFile() ? readFileSync(path, "utf8") : lstatSync(path).mtimeMs}`;
    })
    .join("\n");
}

test.each(Object.keys(kinds))(
  "no access to the workspace reads or writes outside, or waits, while %s comes and goes",
  async (kind) => {
    await using world = await createWorld();
    const [folder, name] = (await kinds[kind]?.(world)) ?? ["", ""];
    if (name === "mount-point") await writeFile(join(folder, name), "x");
    const before = readOutside(world);
    await using swapping = await swap(folder, name, "evil");
    const until = performance.now() + seconds * 1000;
    let [attempts, leaks, naive, slowest] = [0, 0, 0, 0];
    while (performance.now() < until) {
      for (const access of Object.values(accesses)) {
        const started = performance.now();
        const result = access(world);
        // What needs no other program is quick, and tried more often
        const more = result instanceof Promise ? 0 : 100;
        const results = [await result, ...Array.from({ length: more }, () => access(world))];
        slowest = Math.max(slowest, (performance.now() - started) / results.length);
        attempts += results.length;
        const read = results.map((one) => JSON.stringify(one) ?? "");
        leaks += read.filter((text) => text.includes(world.canary)).length;
        if (readNaively(world)) naive += 1;
      }
    }
    for (let more = 0; more < 20_000 && naive === 0 && kind.includes("link in"); more += 1) {
      if (readNaively(world)) naive += 1;
    }
    expect(await swapping.stop()).toBeGreaterThan(0);
    expect([leaks, readOutside(world)]).toEqual([0, before]);
    expect(slowest).toBeLessThan(maxStepMs);
    recordScore({
      row: 30,
      test: `${Object.keys(accesses).length} kinds of access while ${kind} comes and goes`,
      attempts,
      blocked: attempts - leaks,
      controlSucceeded: naive,
    });
  },
  60_000 + seconds * 1000,
);
