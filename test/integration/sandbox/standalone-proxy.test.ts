import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { cliEnvironment, cliPath, runCli, type CliResult } from "../../support/run-cli.ts";

interface Running {
  readonly child: ChildProcess;
  readonly socketPath: string;
  /** What it said */
  readonly said: () => string;
  readonly verify: () => Promise<CliResult>;
}

/** `vaultbox proxy` under a policy that allows nothing, with these limits. */
async function startProxy(limits: string): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "vbp-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const socketPath = join(folder, "p.sock");
  const policy = join(folder, "policy.yaml");
  await writeFile(policy, `version: 1\negress: []\n${limits}\n`);
  const args = ["proxy", "--socket", socketPath, "--ca-out", join(folder, "ca.pem")];
  const child = spawn(process.execPath, [cliPath, ...args, "--policy", policy], {
    cwd: folder,
    env: cliEnvironment(folder),
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes("is listening")) await sleep(20);
  const env = { HOME: folder, VAULTBOX_HOME: join(folder, "vaultbox") };
  const verify = () => runCli(["audit", "verify"], { cwd: folder, env });
  return { child, socketPath, said: () => said, verify };
}

/** One request over a connection that stays open. */
async function ask(
  socketPath: string,
): Promise<{ readonly socket: Socket; readonly answer: string }> {
  const socket = connect(socketPath);
  socket.on("error", () => undefined);
  socket.write("GET http://refused.example/ HTTP/1.1\r\nHost: refused.example\r\n\r\n");
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return { socket, answer: chunk.toString().split("\r\n")[0] ?? "" };
}

test("a proxy alone ends when its policy's duration is over, also with a client that stays, and records its end", async () => {
  const { child, socketPath, said, verify } = await startProxy("limits: { duration: 2s }");
  const { socket, answer } = await ask(socketPath);
  expect(answer).toMatch(/ 403 /);
  const closed = once(socket, "close");
  expect(await once(child, "close")).toEqual([124, null]);
  await closed;
  expect(said()).toContain("the time limit of this session is reached");
  const { stdout, status } = await verify();
  expect(status).toBe(0);
  expect(stdout).not.toContain("no end recorded");
});

test("a proxy without a duration serves until a signal, and records its end then", async () => {
  const { child, socketPath, verify } = await startProxy("limits: {}");
  await sleep(2_500);
  const { answer } = await ask(socketPath);
  expect(answer).toMatch(/ 403 /);
  expect((await verify()).stdout).toContain("no end recorded");
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  expect((await verify()).stdout).not.toContain("no end recorded");
});
