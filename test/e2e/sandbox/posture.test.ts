import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { toSeccompProfile } from "../../../src/engine/seccomp/seccomp-profile.ts";
import { parseInsideFacts } from "../../../src/sandbox/posture/inside-facts.ts";
import { evaluatePosture } from "../../../src/sandbox/posture/posture.ts";
import { toPrologue } from "../../../src/sandbox/posture/prologue.ts";
import { requireBaseImage, requireEngine } from "../../support/require-engine.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);

test("every launch holds all asserts; a privileged container on the host's network fails them", async () => {
  await using world = await createWorld();
  const launched = await world.run(["run", "--json", "--", "true"]);
  expect(launched.status).toBe(0);
  const { session } = JSON.parse(launched.stderr) as { session: string };
  const shown = await world.run(["audit", "show", session, "--json"]);
  const asserts = Number(/"asserts":\s*(\d+)/.exec(shown.stdout)?.[1]);
  expect(asserts).toBeGreaterThanOrEqual(20);

  const engine = await requireEngine();
  const image = await requireBaseImage(engine);
  const nonce = "0123456789abcdef";
  const { entrypoint, command } = toPrologue(nonce, ["true"]);
  const flags = [
    "--privileged",
    "--network",
    "host",
    "--pid",
    "host",
    "-v",
    "/var/run/docker.sock:/var/run/docker.sock",
  ];
  const name = `vaultbox-test-posture-${process.pid}`;
  const args = [
    "run",
    "--name",
    name,
    ...flags,
    "--entrypoint",
    entrypoint[0] ?? "",
    image,
    ...command,
  ];
  const { stdout } = await run("docker", args).catch((error: { stdout: string }) => error);
  try {
    const facts = await (await engine.findContainer(name))?.inspect();
    if (facts === undefined) throw new Error("the control container is gone");
    const failed = evaluatePosture(
      {
        inside: parseInsideFacts(stdout.split("\n")),
        agent: facts,
        relay: facts,
        relayIsFiltered: false,
      },
      {
        uid: 1000,
        gid: 1000,
        memoryBytes: 2 ** 30,
        pids: 100,
        relayId: "none",
        seccomp: toSeccompProfile(),
        writableTargets: [],
        mountTargets: [],
        shownAgain: [],
        sources: [],
        bootId: undefined,
        covered: [],
      },
    ).filter(({ holds }) => !holds);
    expect(failed.length).toBeGreaterThanOrEqual(20);
    const row = { row: 26, test: "posture of a launch against a privileged container" };
    recordScore({ ...row, attempts: asserts, blocked: asserts, controlSucceeded: failed.length });
  } finally {
    await run("docker", ["rm", "-f", name]);
  }
});

test("an image without a shell is refused with what to do", async () => {
  await using world = await createWorld();
  const tag = `vaultbox-test/no-shell:${process.pid}`;
  await run("sh", [
    "-c",
    `tar c -C /var/empty . 2>/dev/null | docker import - ${tag} || tar cT /dev/null | docker import - ${tag}`,
  ]);
  try {
    const result = await world.run(["run", "--image", tag, "--", "true"]);
    expect(result.status).toBe(125);
    expect(result.stderr).toContain("the image needs a POSIX shell at /bin/sh");
  } finally {
    await run("docker", ["rmi", tag]);
  }
});
