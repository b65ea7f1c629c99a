import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { label } from "../../../src/engine/labels.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";

/** Holds 100 MB, and says what is left of it. */
const hungry = "head -c 100000000 /dev/zero | tail -c 100000000 | wc -c";

test("an end by the memory limit says so, and the flag that it proposes is enough", async () => {
  await using world = await createWorld();
  const run = (...args: string[]) => world.run(["run", ...args]);
  const small = ["--memory", "64MiB"];
  // Engines forget of a container that ends with it, and the kernel's version 1 is asked once a second: so nothing here
  // ends in that second
  const late = `${hungry} >/dev/null; status=$?; sleep 2;`;
  const perl = `exec perl -e '$x = "a" x 100_000_000; print length $x'`;
  const whole = await run(...small, "--", "bash", "-c", `${late} ${perl}`);
  expect([whole.status, whole.stdout]).toEqual([137, ""]);
  const said =
    /warning: the sandbox ran out of memory: at 64MiB, with what is in \/tmp and \/dev\/shm, the kernel ended a process in it; for more: vaultbox run --memory (\S+) …\n/;
  const [, more = ""] = said.exec(whole.stderr) ?? [];
  expect(more).toBe("128MiB");
  // The command itself goes on, and fails for it
  const child = await run(...small, "--", "bash", "-o", "pipefail", "-c", `${late} exit $status`);
  expect([child.status === 0, said.test(child.stderr)]).toEqual([false, true]);
  const enough = await run("--memory", more, "--", "bash", "-o", "pipefail", "-c", hungry);
  expect([enough.status, enough.stdout, said.test(enough.stderr)]).toEqual([
    0,
    "100000000\n",
    false,
  ]);
  // A command that goes on without what the kernel ended
  const survived = await run(...small, "--", "bash", "-c", late);
  expect([survived.status, said.test(survived.stderr)]).toEqual([0, true]);
  // The same status without the kernel's doing
  const killed = await run(...small, "--", "sh", "-c", "kill -9 $$");
  expect([killed.status, killed.stderr]).toEqual([
    137,
    "vaultbox: SIGKILL ended the command; it wasn't vaultbox, nor the sandbox's memory of 64MiB: a process in the sandbox sent it, or this machine itself was out of memory (dmesg)\n",
  ]);
});

test("a command that somebody kills from outside is told from one that vaultbox ends", async () => {
  await using world = await createWorld();
  const child = world.spawn(["run", "--", "sh", "-c", "echo begun; sleep 60"]);
  const said = text(child.stderr!);
  await untilOutput(child, "begun");
  const engine = await requireEngine();
  const own = await engine.listContainers(`${label.workspace}=${world.workspace}`);
  const agent = own.find(({ labels }) => labels[label.role] === "agent");
  await (await engine.findContainer(agent?.id ?? ""))?.kill("SIGKILL");
  expect(await untilClosed(child)).toBe(137);
  expect(await said).toContain(
    "somebody killed the container (docker kill, docker stop, docker rm)\n",
  );
  const late = await world.run([
    "run",
    "--timeout",
    "1s",
    "--",
    "sh",
    "-c",
    "trap '' TERM; while :; do sleep 1; done",
  ]);
  expect([late.status, late.stderr.includes("SIGKILL")]).toEqual([124, false]);
});

test("a full file system in memory is named with its size, and the advice makes room", async () => {
  await using world = await createWorld();
  const run = (script: string) =>
    world.run(["run", "--memory", "200MiB", "--", "sh", "-c", script]);
  const full = await run(
    "head -c 80M /dev/zero >/run/x; head -c 120M /dev/zero >/dev/shm/x; rm /dev/shm/x; exit 3",
  );
  expect(full).toEqual({
    stdout: "",
    stderr: expect.stringMatching(
      /No space left[^]*No space left[^]*\nvaultbox: warning: \/run was full in the sandbox: it has 64MiB, in memory; large files belong into the workspace or the home, as with: mkdir -p ~\/tmp && export TMPDIR=~\/tmp\n$/,
    ),
    status: 3,
  });
  const shared = await run("head -c 120M /dev/zero >/dev/shm/x");
  expect(shared.stderr).toContain(
    "vaultbox: warning: /dev/shm was full in the sandbox: it has 100MiB, in memory, half of what --memory gives\n",
  );
  const [, advice = ""] = /as with: (.+)\n/.exec(full.stderr) ?? [];
  const roomy = await run(`${advice}; head -c 80M /dev/zero >$(mktemp); echo $?`);
  expect(roomy).toEqual({ stdout: "0\n", stderr: "", status: 0 });
});

test("a sandbox that could start no more processes says so, with the limit", async () => {
  await using world = await createWorld();
  const script =
    'use POSIX; $SIG{CHLD} = "IGNORE"; for (1..5000) { my $p = fork; if (!defined $p) { print "full\\n"; last } if (!$p) { POSIX::pause() } } sleep 3; kill 9, -1';
  const full = await world.run(["run", "--", "perl", "-e", script]);
  expect(full.stdout).toBe("full\n");
  expect(full.stderr).toContain(
    "vaultbox: warning: the sandbox had 4096 processes and threads, which is its limit, and could start no more: let fewer run at once, as in make -j4\n",
  );
});
