import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { label } from "../../../src/engine/labels.ts";
import { requireBaseImage, requireEngine } from "../../support/require-engine.ts";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import { createWorld, untilClosed, type SandboxWorld } from "../../support/sandbox-world.ts";

/** The base image with another program in place of its shell. */
async function createImage(shell: string): Promise<AsyncDisposable & { tag: string }> {
  const engine = await requireEngine();
  const tag = `vaultbox-test-hostile:${randomBytes(4).toString("hex")}`;
  const dockerfile = `FROM ${await requireBaseImage(engine)}\nCOPY sh /usr/bin/dash\n`;
  const files = [
    { path: "Dockerfile", content: dockerfile },
    { path: "sh", content: `#!/bin/bash\n${shell}\n`, mode: 0o755 },
  ];
  await engine.buildImage({
    files,
    tag,
    buildArgs: {},
    labels: {},
    onLine: () => undefined,
  });
  return { tag, [Symbol.asyncDispose]: () => engine.removeImage(tag) };
}

/** Until both containers of the world run. */
async function untilStarted(world: SandboxWorld): Promise<void> {
  const engine = await requireEngine();
  const own = `${label.workspace}=${world.workspace}`;
  const running = async (): Promise<number> =>
    (await engine.listContainers(own)).filter((one) => one.running).length;
  await expect.poll(running, { timeout: 30_000 }).toBe(2);
}

async function residentMiB(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "latin1");
  return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1024;
}

test.each([
  ["never reports", "exec sleep 1000"],
  ["only makes noise", "exec cat /dev/zero >&2"],
])(
  "an image that %s is interrupted like any other and fills no memory",
  async (_, shell) => {
    await using image = await createImage(shell);
    await using world = await createWorld();
    const child = world.spawn(["run", "--image", image.tag, "--", "true"]);
    await untilStarted(world);
    await sleep(1000);
    const before = await residentMiB(child);
    await sleep(2000);
    // Kept, the noise of two seconds is some hundred MiB
    expect((await residentMiB(child)) - before).toBeLessThan(150);
    child.kill("SIGINT");
    expect(await untilClosed(child)).toBe(130);
    const engine = await requireEngine();
    const left = await engine.listContainers(`${label.workspace}=${world.workspace}`);
    expect(left).toEqual([]);
  },
  90_000,
);

test.each(["../info", "../../other.example/x", "/etc", "", "a b", "a\nb", "x?y", "-x", "a//b"])(
  "an image called %j is none, and no path of the engine's API",
  async (name) => {
    const engine = await requireEngine();
    await expect(engine.inspectImage(name)).rejects.toMatchObject({ code: "VBX_USAGE" });
    const pull = engine.pullImage(name, () => undefined);
    await expect(pull).rejects.toMatchObject({ code: "VBX_USAGE" });
  },
);

test("an image of a registry that doesn't answer isn't there", async () => {
  const engine = await requireEngine();
  expect(await engine.inspectImage("no-such-host.example:5000/a_b/c.d:tag-1")).toBeUndefined();
});

test("a kept home that an agent broke is healed, or says how to get rid of it", async () => {
  await using world = await createWorld();
  const engine = await requireEngine();
  const image = await requireBaseImage(engine);
  const home = `t${randomBytes(4).toString("hex")}`;
  const volume = `vaultbox-home-${home}`;
  await using _volume = { [Symbol.asyncDispose]: () => engine.removeVolume(volume) };
  const run = (script: string) =>
    world.run([
      "run",
      "--image",
      image,
      "--agent",
      "claude",
      "--home",
      home,
      "--",
      "sh",
      "-c",
      script,
    ]);
  expect((await run("truncate -s 3G ~/.claude.json")).status).toBe(0);
  expect((await run("stat -c %s ~/.claude.json")).stdout).toMatch(/^\d{2,4}\n$/);
  const deep =
    'node -e \'console.log(`{"a":${"[".repeat(2e5)}${"]".repeat(2e5)}}`)\' >~/.claude.json';
  expect((await run(deep)).status).toBe(0);
  expect((await run("rm -rf ~/.pki && ln -s /etc ~/.pki")).status).toBe(0);
  const broken = await run("true");
  expect(broken).toMatchObject({ status: 125 });
  expect(broken.stderr).toContain(`docker volume rm ${volume}`);
}, 120_000);

test("a narrow umask leaves what the sandbox's user must read readable", async () => {
  await using world = await createWorld(1000);
  const command = `umask 077; exec "$0" "$1" run -- sh -c 'head -c 27 /run/vaultbox/ca.pem; id -un'`;
  const child = spawn("sh", ["-c", command, process.execPath, cliPath], {
    cwd: world.workspace,
    env: cliEnvironment(world.home),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  expect(output).toBe("-----BEGIN CERTIFICATE-----agent\n");
});
