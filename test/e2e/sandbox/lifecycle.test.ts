import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { label } from "../../../src/engine/labels.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";

async function countOf(workspace: string): Promise<{ containers: number; volumes: number }> {
  const engine = await requireEngine();
  const own = `${label.workspace}=${workspace}`;
  const [containers, volumes] = await Promise.all([
    engine.listContainers(own),
    engine.listVolumes(own),
  ]);
  return { containers: containers.length, volumes: volumes.length };
}

const nothing = { containers: 0, volumes: 0 };

test("a signal reaches the command, and after it nothing is left", async () => {
  await using world = await createWorld();
  const script = 'trap "echo caught; exit 5" TERM; echo ready; while :; do sleep 0.1; done';
  const child = world.spawn(["run", "--", "sh", "-c", script]);
  await untilOutput(child, "ready");
  expect((await countOf(world.workspace)).containers).toBe(2);
  child.kill("SIGTERM");
  expect(await untilClosed(child)).toBe(5);
  expect(await countOf(world.workspace)).toEqual(nothing);
});

test("a second interrupt ends a command that ignores the first", async () => {
  await using world = await createWorld();
  const child = world.spawn([
    "run",
    "--",
    "sh",
    "-c",
    'trap "" INT; echo ready; sleep 60 & wait; wait',
  ]);
  await untilOutput(child, "ready");
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  expect(await untilClosed(child)).toBe(137);
  expect(await countOf(world.workspace)).toEqual(nothing);
});

test("a session is listed while it runs, and stop ends it", async () => {
  await using world = await createWorld();
  const child = world.spawn(["run", "--", "sh", "-c", "echo ready; exec sleep 60"]);
  await untilOutput(child, "ready");
  const { stdout } = await world.run(["ps", "--json"]);
  const { sessions } = JSON.parse(stdout) as { sessions: { id: string; status: string }[] };
  expect(sessions).toMatchObject([{ status: "running" }]);
  const id = sessions[0]?.id ?? "";
  expect((await world.run(["stop", id.slice(0, 6)])).stdout).toBe(`stopped ${id}\n`);
  expect(await untilClosed(child)).toBe(143);
  expect((await world.run(["stop", id])).status).toBe(1);
});

test("when the session process is killed the sandbox has no way out, and the next command cleans up", async () => {
  await using world = await createWorld();
  const probe = "curl -s -o /dev/null -w '%{http_code}' -m 2 http://refused.example/";
  const script = `${probe} >before; echo ready; sleep 3; ${probe} >after; echo $? >>after; exec sleep 60`;
  const child = world.spawn(["run", "--", "sh", "-c", script]);
  await untilOutput(child, "ready");
  child.kill("SIGKILL");
  await untilClosed(child);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const { readFile } = await import("node:fs/promises");
  const read = (name: string): Promise<string> => readFile(`${world.workspace}/${name}`, "utf8");
  const [before, after] = [await read("before"), await read("after")];
  const orphaned = await countOf(world.workspace);
  expect(before).toBe("403");
  expect(after).toMatch(/^000(7|56|52)\n$/);
  expect(orphaned.containers).toBe(1);
  const next = await world.run(["run", "--", "true"]);
  expect(next.status).toBe(0);
  expect(next.stderr).toContain("removed");
  const left = await countOf(world.workspace);
  expect(left).toEqual(nothing);
  const held = [after.startsWith("000"), left.containers + left.volumes === 0];
  recordScore({
    row: 38,
    test: "session killed: no way out, nothing left",
    attempts: held.length,
    blocked: held.filter(Boolean).length,
    // While the session process lived there was an answer, and until the next command there were leftovers
    controlSucceeded: [before === "403", orphaned.containers > 0].filter(Boolean).length,
  });
});

test("prune says what it removed, and then there is nothing to remove", async () => {
  await using world = await createWorld();
  const child = world.spawn(["run", "--", "sh", "-c", "echo ready; exec sleep 60"]);
  await untilOutput(child, "ready");
  child.kill("SIGKILL");
  await untilClosed(child);
  const first = await world.run(["prune"]);
  expect(first.stdout).toMatch(/removed session [0-9a-f]{12}\nremoved container/);
  expect(await countOf(world.workspace)).toEqual(nothing);
});

test("ten sessions at once work, and leave nothing", async () => {
  await using world = await createWorld();
  const runs = Array.from({ length: 10 }, (_, index) =>
    world.run(["run", "--memory", "256MiB", "--", "sh", "-c", `echo ${index}`]),
  );
  const results = await Promise.all(runs);
  expect(results.map(({ stdout }) => stdout)).toEqual(results.map((_, index) => `${index}\n`));
  expect(await countOf(world.workspace)).toEqual(nothing);
  expect(await readdir("/proc/self/fd").then((all) => all.length)).toBeLessThan(200);
});
