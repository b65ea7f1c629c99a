import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import {
  createWorld,
  untilClosed,
  untilOutput,
  type SandboxWorld,
} from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const run = promisify(execFile);
const timeout = 300_000;

/** A git that says that it ran, outside of the workspace. */
function toPlant(marker: string): string {
  return `#!/bin/sh\\necho "$@" >> "${marker}"\\n`;
}

function onPath(...entries: readonly string[]): { PATH: string } {
  return { PATH: [...entries, process.env["PATH"]].join(delimiter) };
}

/** Whether the planted git runs for somebody who looks it up as a shell does; then as if it never had. */
async function runsNaively(marker: string, env: { PATH: string }): Promise<boolean> {
  await run("/bin/sh", ["-c", "git --version"], { env });
  return await takeMarker(marker);
}

async function takeMarker(marker: string): Promise<boolean> {
  const text = await readFile(marker, "utf8").catch(() => "");
  await rm(marker, { force: true });
  return text !== "";
}

async function createFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "vbx-host-")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test(
  "a git that an agent leaves behind never runs, wherever the search path leads to it",
  async () => {
    await using world = await createWorld();
    await using other = await createFolder();
    const { workspace } = world;
    const marker = join(other.path, "marker");
    const plant = (folder: string): string =>
      `mkdir -p ${folder}/bin && printf '${toPlant(marker)}' > ${folder}/bin/git && chmod 755 ${folder}/bin/git`;
    const elsewhere = join(other.path, "second");
    await mkdir(join(workspace, ".venv", "bin"), { recursive: true });
    await mkdir(elsewhere);
    await symlink(join(workspace, "linked"), join(other.path, "link"));
    const inBox = async (script: string, ...flags: readonly string[]): Promise<void> => {
      const { status, stderr } = await world.run([
        "run",
        "--quiet",
        ...flags,
        "--",
        "sh",
        "-c",
        script,
      ]);
      expect(stderr).not.toContain("error:");
      expect(status).toBe(0);
    };
    await inBox(plant("."), "--workspace", elsewhere);
    const outcomes: { readonly ran: boolean; readonly naive: boolean }[] = [];
    const attempt = async (entry: string, ...flags: readonly string[]): Promise<void> => {
      const env = onPath(entry);
      const shown = await world.run(["policy", "show", ...flags], { env });
      expect(shown.status, shown.stderr).toBe(0);
      const ran = await takeMarker(marker);
      outcomes.push({ ran, naive: await runsNaively(marker, env) });
    };
    // An active environment that becomes a link to a name that begins with two dots, or to another workspace
    const venv = join(workspace, ".venv", "bin");
    await inBox(`${plant("..v")} && rm -rf .venv && ln -s ..v .venv`);
    await attempt(venv);
    await attempt(venv, "--workspace", elsewhere);
    await inBox(`rm .venv && ln -s ${elsewhere} .venv`);
    await attempt(venv);
    await inBox(`ln -s ..v linked`);
    await attempt(join(other.path, "link", "bin"), "--workspace", elsewhere);
    // And when nothing is left of the sessions
    await rm(join(world.home, "..", "v", "state", "sessions"), { recursive: true });
    await attempt(venv, "--workspace", elsewhere);
    for (const { ran } of outcomes) expect(ran).toBe(false);
    const controls = outcomes.filter(({ naive }) => naive).length;
    expect(controls).toBe(outcomes.length);
    recordScore({
      row: 60,
      test: "planted git on the search path",
      attempts: outcomes.length,
      blocked: outcomes.filter(({ ran }) => !ran).length,
      controlSucceeded: controls,
    });
  },
  timeout,
);

test(
  "a writable mount on the search path gives no program to the end of the same run",
  async () => {
    await using world = await createWorld();
    await using tools = await createFolder();
    await using other = await createFolder();
    const marker = join(other.path, "marker");
    const env = onPath(tools.path);
    // Settings that aren't plain make the end of the run ask git what they mean
    const script = `printf '${toPlant(marker)}' > ${tools.path}/git && chmod 755 ${tools.path}/git &&
      /usr/bin/git init -q made && printf '[a]\\nb = \\\\\\n' >> made/.git/config`;
    const args = ["run", "--mount", `${tools.path}:rw`, "--", "sh", "-c", script];
    const { status, stderr } = await world.run(args, { env });
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("disabled: made/.git");
    const ran = await takeMarker(marker);
    expect(ran).toBe(false);
    const naive = await runsNaively(marker, env);
    expect(naive).toBe(true);
    recordScore({
      row: 60,
      test: "planted git in a writable mount",
      attempts: 1,
      blocked: ran ? 0 : 1,
      controlSucceeded: naive ? 1 : 0,
    });
  },
  timeout,
);

/** What the installed package has, in another folder. */
async function copyVaultbox(folder: string): Promise<string> {
  const root = resolve(import.meta.dirname, "../../..");
  await mkdir(folder, { recursive: true });
  for (const name of ["bin", "dist", "devcontainer", "package.json"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "bin", "vaultbox.js");
}

function start(world: SandboxWorld, command: string, env: Readonly<Record<string, string>> = {}) {
  const home = { HOME: world.home, VAULTBOX_HOME: join(world.home, "..", "v") };
  return spawn("/bin/sh", ["-c", command], {
    cwd: world.workspace,
    env: cliEnvironment(world.home, { ...home, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface OwnPrograms {
  readonly world: SandboxWorld;
  /** Copies of vaultbox in the workspace and in a folder to mount, and a link to one in the workspace */
  readonly inside: string;
  readonly mounted: string;
  readonly link: string;
  /** The folder to mount */
  readonly folder: string;
}

describe("a run is refused where the sandbox could change vaultbox or Node, and says what to do", () => {
  const node = process.execPath;
  const programs = openShared(async (stack): Promise<OwnPrograms> => {
    const world = stack.use(await createWorld());
    const { path: folder } = stack.use(await createFolder());
    const bin = join(world.workspace, "bin");
    await mkdir(bin);
    await symlink(node, join(bin, "node"));
    await symlink(cliPath, join(bin, "vaultbox"));
    const link = join(folder, "link.js");
    await symlink(join(bin, "vaultbox"), link);
    const inside = await copyVaultbox(join(world.workspace, "tool"));
    return { world, inside, mounted: await copyVaultbox(join(folder, "mounted")), link, folder };
  });

  test.each<[what: string, says: string, toCommand: (own: OwnPrograms) => string]>([
    ["vaultbox in the workspace", "vaultbox itself", ({ inside }) => `${node} ${inside} run`],
    [
      "vaultbox in a writable mount",
      "vaultbox itself",
      ({ mounted, folder }) => `${node} ${mounted} run --mount ${folder}:rw`,
    ],
    ["a link in the workspace to vaultbox", "vaultbox itself", ({ link }) => `${node} ${link} run`],
    ["a link in the workspace to Node", "Node.js", () => `node ${cliPath} run`],
  ])("%s", async (what, says, toCommand) => {
    const { world } = programs();
    const command = `${toCommand(programs())} -- true`;
    const child = start(world, command, onPath(join(world.workspace, "bin")));
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    expect(await untilClosed(child), command).toBe(125);
    expect(stderr).toContain(`cannot run: ${says}`);
    expect(stderr).toContain("vaultbox: hint: ");
    const test = `vaultbox and Node where a sandbox can write: ${what}`;
    recordScore({ row: 60, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("and from outside, with a Node from outside, it runs: nothing of the above was remembered (control)", async () => {
    const { world, mounted } = programs();
    expect(await untilClosed(start(world, `${node} ${mounted} run -- true`))).toBe(0);
    const test = "vaultbox and Node where a sandbox can write: control";
    recordScore({ row: 60, test, attempts: 0, blocked: 0, controlSucceeded: 1 });
  });
});

test(
  "a run ends as it should when every module of vaultbox is exchanged once the command runs",
  async () => {
    await using world = await createWorld();
    await using other = await createFolder();
    const program = await copyVaultbox(other.path);
    const script = `'echo started; while [ ! -e go ]; do sleep 0.1; done;
      git init -q made; git -C made config core.fsmonitor x; curl -s http://refused.example/; exit 3'`;
    const child = start(world, `exec ${process.execPath} ${program} run -- sh -c ${script}`);
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    await untilOutput(child, "started");
    const dist = join(other.path, "dist");
    for (const name of await readdir(dist, { recursive: true })) {
      if (name.endsWith(".js")) await writeFile(join(dist, name), 'throw new Error("exchanged");');
    }
    await writeFile(join(world.workspace, "go"), "");
    const [status] = (await once(child, "close")) as [number];
    expect(status, stderr).toBe(3);
    expect(stderr).toContain("disabled: made/.git");
    expect(stderr).toContain("1 request, 1 refused");
    expect(stderr).not.toContain("exchanged");
    // The control: a module that is loaded now is another one
    const later = start(world, `${process.execPath} ${program} ps 2>&1`);
    let output = "";
    later.stdout.on("data", (text: Buffer) => (output += text.toString()));
    await once(later, "close");
    expect(output).toContain("exchanged");
    recordScore({
      row: 60,
      test: "modules exchanged after the start",
      attempts: 1,
      blocked: 1,
      controlSucceeded: 1,
    });
  },
  timeout,
);
