import { execFile } from "node:child_process";
import { access, copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { filterMark } from "../../../src/engine/seccomp/seccomp-profile.ts";
import { requireBaseImage, requireEngine } from "../../support/require-engine.ts";
import { openRewritingEngine, type Rewriting } from "./rewriting-engine.ts";
import { createWorld, type SandboxWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);

async function putProbe(world: SandboxWorld): Promise<void> {
  await copyFile(
    join(import.meta.dirname, "system-call-probe.c"),
    join(world.workspace, "probe.c"),
  );
}

/** Names of what a probe could make. */
function toMade(output: string): readonly string[] {
  return output.split("\n").flatMap((line) => /^(.*) made$/.exec(line)?.[1] ?? []);
}

test("no socket of another family, ring, key or namespace can be made, as 64-bit or 32-bit program; with the engine's profile it can", async () => {
  await using world = await createWorld();
  await putProbe(world);
  const boxed = await world.run(["run", "--", "sh", "-c", "cc -o probe probe.c && ./probe"]);
  expect(boxed.status, boxed.stderr).toBe(0);
  const attempts = boxed.stdout.split("\n").filter((line) => / (?:made|refused)$/.test(line));
  expect(attempts.length).toBeGreaterThan(100);
  expect(toMade(boxed.stdout)).toEqual([]);

  const engine = await requireEngine();
  const image = await requireBaseImage(engine);
  const flags = ["--rm", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges"];
  const mount = ["-v", `${world.workspace}:/w:ro`];
  const { stdout } = await run("docker", ["run", ...flags, ...mount, image, "/w/probe"]);
  // AF_VSOCK
  expect(toMade(stdout)).toContain("family 40");
  recordScore({
    row: 49,
    test: "what no network namespace holds back",
    attempts: attempts.length,
    blocked: attempts.length - toMade(boxed.stdout).length,
    controlSucceeded: toMade(stdout).length,
  });
});

/** Traces a child from its start, step by step, as debuggers do. */
const debuggerProgram = `
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  int status, steps = 0;
  pid_t child = fork();
  if (child == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); execl("/bin/true", "true", (char *)0); }
  while (waitpid(child, &status, 0) == child && !WIFEXITED(status) && steps++ < 1000)
    if (ptrace(PTRACE_SINGLESTEP, child, 0, 0) != 0) return 1;
  printf("steps %d\\n", steps > 100);
  return 0;
}`;

const daily = `
set -e
cc -o debugger debugger.c -pthread && ./debugger
UV_USE_IO_URING=1 node -e '
  const { Worker } = require("node:worker_threads");
  require("node:fs").promises.readFile("/etc/passwd").then((read) => console.log("read", read.length > 0));
  new Worker("console.log(\\"worker\\")", { eval: true });
  require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log("listening"); this.close(); });
  console.log("interfaces", Object.keys(require("node:os").networkInterfaces()).join());'
python3 -c '
import multiprocessing, socket, subprocess, tempfile
pool = multiprocessing.Pool(2)
print("pool", pool.map(abs, [-1, 2]))
a, b = socket.socketpair(); a.sendall(b"pair"); print(b.recv(4).decode())
print("child", subprocess.check_output(["echo", "hi"]).decode().strip())'
git init -q r && git -C r -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git -C r log --format=%s
kill -0 $$ && echo alive
`;

test("compilers, debuggers, Node with workers, Python's processes and git work in the profile", async () => {
  await using world = await createWorld();
  await writeFile(join(world.workspace, "debugger.c"), debuggerProgram);
  const { status, stdout, stderr } = await world.run(["run", "--", "sh", "-c", daily]);
  expect(status, stderr).toBe(0);
  for (const line of ["steps 1", "read true", "worker", "listening", "interfaces lo"])
    expect(stdout).toContain(`${line}\n`);
  for (const line of ["pool [1, 2]", "pair", "child hi", "x", "alive"])
    expect(stdout).toContain(`${line}\n`);
});

const careless: readonly (readonly [string, Rewriting, string])[] = [
  [
    "widens the profile",
    {
      request: [
        String.raw`\"defaultAction\":\"SCMP_ACT_ERRNO\"`,
        String.raw`\"defaultAction\":\"SCMP_ACT_ALLOW\"`,
      ],
    },
    "agent: system call filter as asked",
  ],
  [
    "loads another one than it says",
    {
      request: [String.raw`\"value\":${filterMark}`, String.raw`\"value\":${filterMark + 1}`],
      answer: [String.raw`\"value\":${filterMark + 1}`, String.raw`\"value\":${filterMark}`],
    },
    "the system call filter is vaultbox's own",
  ],
];

test.each(careless)("with an engine that %s the command doesn't start", async (_, how, named) => {
  await using world = await createWorld();
  const path = join(world.workspace, "..", `vbx-engine-${process.pid}.sock`);
  await using _engine = await openRewritingEngine(path, "/var/run/docker.sock", how);
  const command = ["run", "--", "touch", "ran"];
  const refused = await world.run(command, { env: { DOCKER_HOST: `unix://${path}` } });
  expect(refused.status).toBe(125);
  expect(refused.stderr).toContain(named);
  await expect(access(join(world.workspace, "ran"))).rejects.toThrow("ENOENT");
  // The control: the same engine, by its own socket
  expect((await world.run(command)).status).toBe(0);
  await access(join(world.workspace, "ran"));
  recordScore({ row: 49, test: named, attempts: 1, blocked: 1, controlSucceeded: 1 });
});
