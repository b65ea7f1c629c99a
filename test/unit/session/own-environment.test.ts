import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { resolvePaths } from "../../../src/base/paths.ts";
import { expect, onTestFinished, test } from "vitest";
import { refuseOwnEnvironment, refuseOwnFiles } from "../../../src/session/own-environment.ts";
import { WritableFolders } from "../../../src/base/writable-folders.ts";

test("variables that make this process load, trust or ask what a sandbox can write are refused", async () => {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), "vbx-own-")));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  await mkdir(join(workspace, "node_modules", "hook"), { recursive: true });
  await writeFile(join(workspace, "node_modules", "hook", "index.js"), "");
  await writeFile(join(workspace, "hook.mjs"), "");
  const folders = new WritableFolders([workspace]);
  for (const env of [
    { NODE_OPTIONS: `--import ${workspace}/hook.mjs` },
    { NODE_OPTIONS: "--max-old-space-size=4096 --import=./hook.mjs" },
    { NODE_OPTIONS: "--require hook" },
    { NODE_COMPILE_CACHE: join(workspace, "cache") },
    { NODE_EXTRA_CA_CERTS: "hook.mjs" },
    { LD_PRELOAD: `/usr/lib/a.so:${workspace}/b.so` },
    { HOME: join(workspace, "home") },
    { XDG_CONFIG_HOME: workspace },
    { VAULTBOX_PASSPHRASE_FILE: join(workspace, "passphrase") },
    { DOCKER_HOST: `unix://${workspace}/docker.sock` },
    { DBUS_SESSION_BUS_ADDRESS: `unix:path=${workspace}/bus` },
  ]) {
    const refuse = (known: WritableFolders) => () => refuseOwnEnvironment(env, workspace, known);
    expect(refuse(folders), JSON.stringify(env)).toThrow("leads into");
    expect(refuse(new WritableFolders([]))).not.toThrow();
  }
  const harmless = {
    NODE_OPTIONS: "--max-old-space-size=4096 --no-warnings",
    HOME: "/home/me",
    DOCKER_HOST: "tcp://localhost:2375",
    VIRTUAL_ENV: workspace,
    PWD: workspace,
  };
  expect(() => refuseOwnEnvironment(harmless, workspace, folders)).not.toThrow();
});

test.each(["HOME", "XDG_STATE_HOME", "VAULTBOX_HOME", "DOCKER_CONFIG"])(
  "a variable that names a folder whose name is no UTF-8 is refused, not taken for another folder's: %j",
  (name) => {
    const folders = new WritableFolders([]);
    // What Node reads of HOME=/home/m\xe9
    const lossy = Buffer.from("/home/m\xe9", "latin1").toString("utf8");

    const refuse = (value: string) => () => refuseOwnEnvironment({ [name]: value }, "/", folders);
    expect(refuse(lossy)).toThrow(
      `cannot use the environment variable ${name}: its value is not UTF-8`,
    );
    expect(refuse("/home/mé")).not.toThrow();
  },
);

test("vaultbox's own files are refused where a sandbox can write, also through a link", async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbx-own-")));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [workspace, home] = [join(root, "workspace"), join(root, "home")];
  await Promise.all([mkdir(workspace), mkdir(join(home, "config"), { recursive: true })]);
  const paths = resolvePaths({ VAULTBOX_HOME: home });
  const refuse = (folder: string) => () => refuseOwnFiles(paths, new WritableFolders([folder]));
  expect(refuse(workspace)).not.toThrow();
  await symlink(join(workspace, "preferences.json"), join(home, "config", "config.json"));
  expect(refuse(workspace)).toThrow("where a sandbox can write");
  for (const own of [home, paths.vaults, paths.state, join(home, "config")]) {
    expect(refuse(own), own).toThrow("where a sandbox can write");
  }
  // The whole home can be written only by a sandbox whose user named it with --allow-mount
  expect(refuse(userInfo().homedir)).not.toThrow();
});
