// All that uninstall says on real things: an engine of its own, a keychain of its own, files that real commands made.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { label } from "../../src/engine/labels.ts";
import { readOwnProcessId, type ProcessId } from "../../src/base/process-id.ts";
import { buildOn, startOwnEngine } from "../support/own-engine.ts";
import { requireEngine } from "../support/require-engine.ts";
import { runCli, type CliResult } from "../support/run-cli.ts";
import { startSecretService, type SecretService } from "../support/secret-service.ts";

const hash = "0123456789ab";
const dead = "0000000000dd";
const others = "0000000000ee";
const base = `vaultbox/base:${hash}`;
const labels = { [label.image]: hash };

/** Images, a session whose process died, kept homes; and what is like them and somebody else's. */
async function furnish(engine: Engine, home: string): Promise<void> {
  const busybox = ["FROM scratch", "COPY busybox /bin/sh"];
  await buildOn(engine, `vaultbox/debian-node:${hash}`, busybox);
  // A later build takes the name away
  await buildOn(engine, base, [...busybox, "ENV BUILD=1"], labels);
  await buildOn(engine, base, [...busybox, "ENV BUILD=2"], labels);
  await buildOn(engine, `vaultbox/agent-claude:${hash}`, [`FROM ${base}`, "ENV A=1"], labels);
  await buildOn(engine, `vaultbox/tools:${hash}`, [`FROM ${base}`, "ENV T=1"], labels);
  await buildOn(engine, "mine/on-vaultbox:1", [`FROM ${base}`, "ENV MINE=1"]);
  await buildOn(engine, "mine/vaultbox/base:1", [...busybox, "ENV MINE=2"]);
  await buildOn(engine, "vaultbox/base-notes:1", [...busybox, "ENV MINE=3"]);
  const owner = await readOwnProcessId();
  await addSession(engine, dead, { ...owner, pid: 1, start: "0" });
  await addSession(engine, others, owner);
  await engine.createVolume(home, { [label.home]: home });
  await engine.createVolume("vaultbox-home-elses", { [label.home]: "vaultbox-home-elses" });
  await engine.createVolume("vaultbox-home-mine", {});
}

async function addSession(engine: Engine, id: string, owner: ProcessId): Promise<void> {
  const own = {
    [label.session]: id,
    [label.owner]: JSON.stringify(owner),
    [label.host]: owner.host,
  };
  await engine.createVolume(`vaultbox-${id}-home`, own);
  await engine.createContainer({
    name: `vaultbox-${id}`,
    image: `vaultbox/tools:${hash}`,
    entrypoint: [],
    command: ["/bin/sh"],
    env: {},
    labels: own,
    workingDir: "/",
    user: "0:0",
    network: "none",
    dns: [],
    binds: [],
    volumes: [],
    tmpfs: {},
    readOnlyRoot: false,
    memoryBytes: 0,
    cpus: 0,
    pids: 0,
    seccomp: "",
    init: false,
    tty: false,
    autoRemove: false,
  });
}

test("uninstall leaves nothing of vaultbox, and all that is somebody else's; vaults go when it's said", async () => {
  await using stack = new AsyncDisposableStack();
  const service = await startSecretService();
  if (service === undefined) throw new Error("this test needs gnome-keyring: npm test installs it");
  stack.use(service);
  const own = stack.use(await startOwnEngine());
  const home = await realpath(await mkdtemp(join(tmpdir(), "vbx-uninstall-")));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const project = join(home, "project");
  await mkdir(join(home, ".config/fish/completions"), { recursive: true });
  await mkdir(join(home, ".config/vaultbox"), { mode: 0o700 });
  await mkdir(project);
  const env = {
    HOME: home,
    VAULTBOX_HOME: undefined,
    NODE_DISABLE_COMPILE_CACHE: undefined,
    DBUS_SESSION_BUS_ADDRESS: service.env["DBUS_SESSION_BUS_ADDRESS"],
    XDG_RUNTIME_DIR: join(home, "runtime"),
  };
  const use = async (args: readonly string[], input = ""): Promise<CliResult> => {
    const result = await runCli(args, { cwd: project, env, input, timeoutMs: 120_000 });
    expect(result.status, result.stderr).toBe(0);
    return result;
  };
  const uninstall = (...flags: readonly string[]): Promise<CliResult> =>
    runCli(["uninstall", ...flags], {
      // The machine's temporary folder has what others left
      env: { ...env, ...own.env, TMPDIR: project },
      cwd: project,
    });

  // A while of use
  await use(["credential", "add", "billing", "--host", "api.example.com"], "a-secret-123456789");
  await use(["vault", "create", "filed", "--store", "age", "--unlock", "identity"]);
  await use(["vault", "create", "gone", "--store", "age", "--unlock", "identity"]);
  await use(["vault", "remove", "gone", "--yes"]);
  await use(["init"]);
  await use(["trust", "--yes"]);
  const script = (await use(["completion", "fish"])).stdout;
  await writeFile(join(home, ".config/fish/completions/vaultbox.fish"), script);
  await writeFile(join(home, ".bashrc"), "alias l=ls\nsource <(vaultbox completion bash)\n");
  const name = `t${randomBytes(4).toString("hex")}`;
  const volume = `vaultbox-home-${name}`;
  stack.defer(async () => await (await requireEngine()).removeVolume(volume));
  await use(["run", "--quiet", "--home", name, "--", "true"]);
  const state = join(home, ".local/state/vaultbox");
  const transcripts = join(state, "history", "a".repeat(32), "claude", "projects");
  await mkdir(transcripts, { recursive: true });
  await writeFile(Buffer.concat([Buffer.from(`${transcripts}/`), Buffer.from([0xff, 0x41])]), "x");
  await mkdir(join(home, "runtime/vaultbox", dead), { recursive: true, mode: 0o700 });

  // Somebody else's
  await writeFile(join(home, ".config/vaultbox/team.yaml"), "mine\n");
  await writeFile(join(home, ".config/fish/completions/vaultbox-notes.fish"), script);
  await furnish(own.engine, volume);
  const item = ["store", "--label", "x", "service", "vaultbox-of-another", "username", "x"];
  await runSecretTool(item, service.env);

  const [unnamed = ""] = await findUnnamed(own.engine);
  const plan = await uninstall("--dry-run");
  const going = (...more: readonly string[]): string => `  volume ${volume}, a kept home
  audit logs of 1 session (1kB)
  conversations of agents, of 1 project
  trust in 1 file
  ${[`${home}/runtime/vaultbox`, `${home}/.config/vaultbox`, ...more].join("\n  ")}
  ${home}/.local/state/vaultbox
  ${home}/.config/fish/completions/vaultbox.fish
`;
  const mine = `  ${home}/.bashrc:2, a line of yours that starts the completion
  ${home}/.config/vaultbox/team.yaml, which vaultbox didn't make
  ${home}/project/vaultbox.yaml
  the program; when all else is gone: npm uninstall -g vaultbox
`;
  const elses = "  volume vaultbox-home-elses, which no session of yours used as its home\n";
  expect(plan.stdout).toBe(`goes:
  session ${dead}
${going()}
stays:
  vault default; to delete it too: vaultbox uninstall --vaults
  vault filed; to delete it too: vaultbox uninstall --vaults
  images: sessions that aren't yours use them (${others})
${elses}${mine}
`);
  // Its session has ended
  await (await own.engine.findContainer(`vaultbox-${others}`))?.remove();
  await own.engine.removeVolume(`vaultbox-${others}-home`);
  const before = await listEngine(own.socket);
  const asked = await uninstall("--vaults");
  expect([asked.status, asked.stdout]).toEqual([
    2,
    `goes:
  session ${dead}
  vault default, with its key
  vault filed, with its key
  image vaultbox/tools:${hash}
  image vaultbox/agent-claude:${hash}
  image ${base}
  image ${unnamed}
  image vaultbox/debian-node:${hash}
${going(`${home}/.local/share/vaultbox/vaults`)}
stays:
${elses}${mine}
`,
  ]);
  expect(asked.stderr).toBe(`vaultbox: the images take 2MB
vaultbox: to have a vault elsewhere first: vaultbox vault export default FILE
vaultbox: error: cannot ask whether to go on: there is no terminal
vaultbox: hint: add --yes
`);
  expect(await listEngine(own.socket)).toEqual(before);

  expect((await uninstall("--yes")).stderr).toBe(
    "vaultbox: the images take 2MB\nvaultbox: removed what goes\n",
  );
  expect(await listEngine(own.socket)).toEqual([
    "mine/on-vaultbox:1",
    "mine/vaultbox/base:1",
    "vaultbox/base-notes:1",
    "vaultbox-home-elses",
    "vaultbox-home-mine",
  ]);
  const mineOnDisk = [
    ".bashrc",
    ".config/fish/completions/vaultbox-notes.fish",
    ".config/vaultbox/team.yaml",
    "project/vaultbox.yaml",
  ];
  const vaultFiles = ["default.keychain", "filed.age"];
  expect(await listFiles(home)).toEqual(
    [...mineOnDisk, ...vaultFiles.map((name) => `.local/share/vaultbox/vaults/${name}`)].toSorted(),
  );
  expect((await use(["credential", "list"])).stdout).toContain("billing");
  await use(["credential", "list", "--vault", "filed"]);

  const last = await uninstall("--vaults", "--yes");
  expect(last.stderr).toContain("vaultbox: 5 of the keychain's items are gone too\n");
  expect(await listFiles(home)).toEqual(mineOnDisk);
  const folders = [".config", ".local/share", ".local/state", "runtime"];
  const ownFolders = folders.filter((folder) => existsSync(join(home, folder, "vaultbox")));
  // The one with a file that is the user's
  expect(ownFolders).toEqual([".config"]);
  expect(await findItems("vaultbox", service)).toBe("");
  expect(await findItems("vaultbox-of-another", service)).toContain("of another program");
  expect((await uninstall("--vaults", "--yes")).stdout).toMatch(/^nothing of vaultbox is left/);
});

/** What the keychain has of a service. */
async function findItems(name: string, service: SecretService): Promise<string> {
  return await runSecretTool(["search", "--all", "service", name], service.env);
}

async function findUnnamed(engine: Engine): Promise<readonly string[]> {
  const images = await engine.listImages({ label: label.image });
  return images.flatMap(({ tags, id }) => (tags.length === 0 ? [id.slice(7, 19)] : []));
}

async function runSecretTool(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const running = promisify(execFile)("secret-tool", [...args], { env });
  // One that reads nothing may have ended before
  running.child.stdin?.on("error", () => undefined).end("of another program");
  const { stdout, stderr } = await running.catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  return stdout + stderr;
}

/** Everything that somebody could see on an engine. */
async function listEngine(socket: string): Promise<readonly string[]> {
  const host = `unix://${socket}`;
  const ask = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await promisify(execFile)("docker", ["-H", host, ...args]);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .toSorted();
  };
  const lists = await Promise.all([
    ask("images", "--format", "{{.Repository}}:{{.Tag}}"),
    ask("ps", "-a", "--format", "{{.Names}}"),
    ask("volume", "ls", "--format", "{{.Name}}"),
    ask("network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"),
  ]);
  return lists.flat();
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}
