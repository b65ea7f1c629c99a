import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { signingHost, signingPath } from "../../../src/git/signing/signer-address.ts";
import { talk } from "../../support/proxy-fixture.ts";
import { cliEnvironment, cliPath, runCli, type CliResult } from "../../support/run-cli.ts";
import { startStandaloneProxy } from "../../support/standalone-proxy.ts";

interface Running {
  readonly child: ChildProcess;
  readonly socketPath: string;
  /** What it said */
  readonly said: () => string;
  readonly verify: () => Promise<CliResult>;
  /** The program with the same home */
  readonly cli: (...args: readonly string[]) => Promise<CliResult>;
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
  const cli = (...args: readonly string[]) => runCli(args, { cwd: folder, env });
  return { child, socketPath, said: () => said, verify: () => cli("audit", "verify"), cli };
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

test("a proxy alone is a session: ps lists it, stop ends it, and one that was killed is over with the next one", async () => {
  const { child, said, cli } = await startProxy("limits: {}");
  const [, session = ""] = /session (\w+) is listening/.exec(said()) ?? [];
  const listed = JSON.parse((await cli("ps", "--json")).stdout) as { sessions: unknown[] };
  expect(listed.sessions).toMatchObject([{ id: session, kind: "proxy", status: "running" }]);
  expect((await cli("ps")).stdout).toMatch(/ running .*\(a proxy alone\)/);
  expect((await cli("audit", "list")).stdout).toContain(session);
  const closed = once(child, "close");
  expect(await cli("stop", session)).toMatchObject({ status: 0, stdout: `stopped ${session}\n` });
  expect(await closed).toEqual([0, null]);
  expect((await cli("ps")).stdout).toBe("");
});

test("a proxy that was killed is dead in ps until the next one begins, which needs no engine for that", async () => {
  const first = await startProxy("limits: {}");
  first.child.kill("SIGKILL");
  await once(first.child, "close");
  expect((await first.cli("ps")).stdout).toMatch(/ dead .*\(a proxy alone\)/);
  const folder = dirname(first.socketPath);
  await using _second = await startStandaloneProxy(["--allow", "a.example.com"], folder);
  const { sessions } = JSON.parse((await first.cli("ps", "--json")).stdout) as {
    sessions: { status: string }[];
  };
  expect(sessions.map(({ status }) => status)).toEqual(["running"]);
});

test("a proxy that can't begin leaves neither a session nor a log", async () => {
  const { socketPath, cli } = await startProxy("limits: {}");
  const before = (await cli("audit", "list", "--json")).stdout;
  const second = await cli("proxy", "--socket", socketPath, "--ca-out", `${socketPath}.pem`);
  expect(second).toMatchObject({ status: 1 });
  expect(second.stderr).toContain("it is in use");
  expect((await cli("audit", "list", "--json")).stdout).toBe(before);
});

test("a proxy alone signs what its clients made, where that was asked for", async () => {
  const home = await mkdtemp(join(tmpdir(), "vbp-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox"), GIT_AUTHOR_NAME: undefined };
  const run = (...args: readonly string[]) => runCli(args, { cwd: home, env });
  expect(await run("credential", "add", "key", "--generate-signing-key")).toMatchObject({
    status: 0,
  });
  await promisify(execFile)("git", ["init", "-q", home]);
  await writeFile(join(home, ".gitconfig"), "[user]\nname = Me\nemail = me@example.com\n");
  const person = "Me <me@example.com> 1700000000 +0000";
  const tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  const commit = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nfirst\n`;
  const url = `http://${signingHost}${signingPath}`;
  const request = `POST ${url} HTTP/1.1\r\nHost: ${signingHost}\r\nContent-Length: ${commit.length}\r\n\r\n${commit}`;
  const answers: string[] = [];
  for (const flags of [["--sign", "key"], ["--no-sign"]]) {
    await using proxy = await startStandaloneProxy(flags, home);
    const client = await proxy.connect();
    answers.push(await talk(client, request, { quietMs: 1000 }));
    client.destroy();
  }
  expect(answers[0]).toMatch(/^HTTP\/1\.1 200 [^]*-----BEGIN SSH SIGNATURE-----/);
  expect(answers[1]).toMatch(/^HTTP\/1\.1 403 /);
});
