import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contains } from "../../../../src/base/fs/path-steps.ts";
import {
  resolveMount,
  resolveWorkspace,
  resolveWritable,
  toWorkspaceBinds,
  type MountRules,
} from "../../../../src/sandbox/mounts/mounts.ts";

async function createHome(): Promise<AsyncDisposable & { rules: MountRules; home: string }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbm-")));
  const home = join(root, "home");
  const inHome = (path: string): string => join(home, path);
  for (const path of [
    ".ssh",
    ".aws",
    ".config/gh",
    "project",
    ".vaultbox/vaults",
    ".vaultbox/state",
  ]) {
    await mkdir(inHome(path), { recursive: true });
  }
  for (const path of [".netrc", ".npmrc"]) await writeFile(inHome(path), "");
  const paths = {
    config: inHome(".vaultbox/config"),
    vaults: inHome(".vaultbox/vaults"),
    state: inHome(".vaultbox/state"),
    sessions: inHome(".vaultbox/state/sessions"),
    git: inHome(".vaultbox/state/git"),
    runtime: inHome(".vaultbox/run"),
  };
  return {
    home,
    rules: { home, allowed: [], paths },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

test.each([
  "~",
  "~/..",
  "~/.ssh",
  "~/.aws",
  "~/.config",
  "~/.config/gh",
  "~/.vaultbox",
  "~/.vaultbox/vaults",
  "~/.vaultbox/state",
  "/",
  "/etc",
  "/proc",
  "/dev",
  "/run",
  "/var",
])(
  "a folder of the system, a home or with credentials is refused as workspace: %s",
  async (place) => {
    await using world = await createHome();
    const path = place.startsWith("~") ? join(world.home, place.slice(1)) : place;
    await expect(resolveWorkspace(path, world.rules)).rejects.toMatchObject({
      code: "VBX_MOUNT_REFUSED",
    });
  },
);

test("a folder in the home directory is taken as workspace", async () => {
  await using world = await createHome();
  const project = join(world.home, "project");
  expect(await resolveWorkspace(project, world.rules)).toBe(project);
});

test("symbolic links are followed before anything is judged", async () => {
  await using world = await createHome();
  const link = join(world.home, "project", "innocent");
  await symlink(join(world.home, ".ssh"), link);
  await expect(resolveWorkspace(link, world.rules)).rejects.toThrow(/holds credentials \(\.ssh\)/);
  const nested = join(world.home, "project", "again");
  await symlink(link, nested);
  await expect(resolveMount(`${nested}:/x`, world.rules)).rejects.toMatchObject({
    code: "VBX_MOUNT_REFUSED",
  });
});

test("a private file, a socket and a missing path are refused as mounts", async () => {
  await using world = await createHome();
  const socketPath = join(world.home, "project", "s");
  const server = createServer().listen(socketPath);
  await new Promise((resolve) => server.once("listening", resolve));
  for (const path of [
    join(world.home, ".netrc"),
    join(world.home, ".npmrc"),
    socketPath,
    join(world.home, "project", "missing"),
  ]) {
    await expect(resolveMount(`${path}:/x`, world.rules)).rejects.toMatchObject({
      code: "VBX_MOUNT_REFUSED",
    });
  }
  server.close();
});

test("an exception is for exactly the path it names", async () => {
  await using world = await createHome();
  const aws = join(world.home, ".aws");
  const rules = { ...world.rules, allowed: [aws] };
  expect(await resolveMount(`${aws}:/aws`, rules)).toEqual({
    source: aws,
    target: "/aws",
    readOnly: true,
  });
  await expect(resolveMount(`${join(world.home, ".ssh")}:/x`, rules)).rejects.toThrow(
    "credentials",
  );
});

test("a mount can't cover what is vaultbox's or the engine's in the sandbox", async () => {
  await using world = await createHome();
  const project = join(world.home, "project");
  for (const target of [
    "/",
    "/proc/x",
    "/dev",
    "/etc/passwd",
    "/run/vaultbox",
    "/run/vaultbox/x",
    "/bin",
  ]) {
    await expect(resolveMount(`${project}:${target}`, world.rules)).rejects.toThrow("reserved");
  }
});

test("what a sandbox can write is what is mounted writable", async () => {
  await using world = await createHome();
  const project = join(world.home, "project");
  const mounts = [`${project}:rw`, `${project}:/mnt/x`];
  expect(await resolveWritable(mounts, world.rules)).toEqual([project]);
  const socket = join(project, "s");
  const server = createServer().listen(socket);
  await once(server, "listening");
  const rules = { ...world.rules, allowed: [socket] };
  expect(await resolveWritable([`${socket}:rw`], rules)).toEqual([]);
  server.close();
});

test.each(["/usr:/mnt/x:rw", "~/.ssh:rw", "/nowhere:rw"])(
  "what a sandbox can write is nothing that is refused: %s",
  async (mount) => {
    await using world = await createHome();
    const written = resolveWritable([mount.replace("~", world.home)], world.rules);
    await expect(written).rejects.toMatchObject({ code: "VBX_MOUNT_REFUSED" });
  },
);

test("the place of the sandbox's home is no target, what is in it is", async () => {
  await using world = await createHome();
  const project = join(world.home, "project");
  await expect(resolveMount(`${project}:/home`, world.rules)).rejects.toThrow(
    `the sandbox's home is at "/home/agent"`,
  );
  expect(await resolveMount(`${project}:~/notes`, world.rules)).toEqual({
    source: project,
    target: "/home/agent/notes",
    readOnly: true,
  });
});

test("a copy of the project file is bound read-only over it, and a link in its place is refused", async () => {
  await using world = await createHome();
  const project = join(world.home, "project");
  const path = join(project, "vaultbox.yaml");
  expect(await toWorkspaceBinds(project, undefined, world.home)).toHaveLength(1);
  await writeFile(path, "version: 1\n");
  const [, bind] = await toWorkspaceBinds(project, path, world.home);
  expect(bind).toMatchObject({ target: path, readOnly: true });
  expect(bind?.source.startsWith(`${project}/`)).toBe(false);
  // What is put in its place from now on is not what the engine mounts
  await rm(path);
  await symlink(join(world.home, ".ssh"), path);
  expect(await readFile(bind?.source ?? "", "utf8")).toBe("version: 1\n");
  const refused = toWorkspaceBinds(project, path, world.home);
  await expect(refused).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
});

test("a path is in another only on whole segments", () => {
  expect(contains("/a", "/a/b")).toBe(true);
  expect(contains("/a", "/ab")).toBe(false);
  expect(contains("/a", "/a/..b")).toBe(true);
  expect(contains("/a/b", "/a")).toBe(false);
});
