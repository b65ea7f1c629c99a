import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const narrow = "version: 1\negress:\n  - host: narrow.example.com\n";
const wide = narrow.replace("narrow", "wide");

test("what an agent writes into the files that a run goes by configures no later run", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  const [policy, project] = [join(workspace, "ci.yaml"), join(workspace, "vaultbox.yaml")];
  await writeFile(policy, "version: 1\n");
  await writeFile(project, narrow);
  await mkdir(join(workspace, "sub"));
  const trusted = await world.run(["trust", "--yes"]);
  expect(trusted.status, trusted.stderr).toBe(0);
  const inBox = (...args: readonly string[]) => world.run(["run", "--policy", "ci.yaml", ...args]);
  // A run that doesn't start leaves nothing that would count against the next
  expect((await inBox("--", "true")).stderr).toContain("egress is missing");
  await writeFile(policy, narrow);
  expect((await inBox("--", "true")).status).toBe(0);
  // As it was, it counts again
  const script = `printf '${wide.replaceAll("\n", "\\n")}' > ci.yaml && : > sub/.git && cp ci.yaml new.yaml`;
  const second = await inBox("--", "sh", "-c", script);
  expect(second.status, second.stderr).toBe(0);
  const shown = (...args: readonly string[]) => world.run(["policy", "show", ...args]);
  const attempts = [
    await inBox("--", "true"),
    await shown("--policy", "ci.yaml"),
    await shown("--policy", "new.yaml"),
    await shown("--workspace", "sub"),
  ];
  const [run, changed, made, below] = attempts;
  expect(run).toMatchObject({ status: 125 });
  for (const stderr of [run?.stderr, changed?.stderr]) {
    expect(stderr).toContain("it was changed since you used or trusted it");
    expect(stderr).toContain(`vaultbox trust ${policy}`);
  }
  expect(made?.stderr).toContain("a sandbox could write it");
  expect(below?.stdout).toContain("narrow.example.com");
  for (const { stdout } of attempts) expect(stdout).not.toContain("wide.example.com");
  // The control: for a user whose sandboxes never were in there, the same files say what the agent wrote
  const env = { VAULTBOX_HOME: join(world.home, "other") };
  const naive = await world.run(["policy", "show", "--policy", "new.yaml", "--workspace", "sub"], {
    env,
  });
  expect(naive.stdout).toContain("wide.example.com");
  recordScore({
    row: 56,
    test: "files that an agent wrote",
    attempts: attempts.length,
    blocked: attempts.length,
    controlSucceeded: 1,
  });
}, 300_000);
