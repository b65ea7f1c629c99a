import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { refuseOwnEnvironment } from "../../../src/sandbox/own-environment.ts";
import { WritableFolders } from "../../../src/writable-folders.ts";

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
