import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { cliPath } from "../../support/run-cli.ts";
import { createWorld, type SandboxWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { runShell } from "../../support/workspace-place.ts";

const unprotected = "version: 1\nworkspace: {hide: [], protect: none}\n";

async function withoutGuard(world: SandboxWorld): Promise<void> {
  await runShell({ path: world.workspace }, `printf '${unprotected}' > vaultbox.yaml`);
  await world.run(["trust", "--yes"]);
}

test("a secret in a folder whose name is no UTF-8 is never read: the run is refused, and goes on once it is renamed", async () => {
  const read = ["run", "--", "sh", "-c", "cat caf*/.env"];
  const make = `mkdir "$D"; echo S=1 > "$D/.env"`;
  await using control = await createWorld();
  await runShell({ path: control.workspace }, make);
  await withoutGuard(control);
  expect((await control.run(read)).stdout).toBe("S=1\n");
  await using world = await createWorld();
  const place = { path: world.workspace };
  await runShell(place, make);
  const refused = await world.run(read);
  expect([refused.status, refused.stdout]).toEqual([125, ""]);
  expect(refused.stderr).toContain(String.raw`and "caf\xe9" is none`);
  const hint = /give it another name: (mv .*)/.exec(refused.stderr)?.[1] ?? "";
  await runShell(place, hint.replace("NEW-NAME", "cafe"));
  const renamed = await world.run(read);
  expect([renamed.status, renamed.stdout]).toEqual([0, ""]);
  expect(renamed.stderr).toContain("hidden from the sandbox: cafe/.env");
  recordScore({
    row: 44,
    test: "e2e: a secret in a folder whose name is no UTF-8",
    attempts: 2,
    blocked: 2,
    controlSucceeded: 1,
  });
});

test("a repository in a folder whose name is no UTF-8 runs nothing on the host, and the next run starts", async () => {
  const script = `D=$(printf 'caf\\351'); git init -q "$D"
    git -C "$D" -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; git add "$D"
    git -C "$D" config core.fsmonitor "touch $PWD/RAN; false"`;
  const plant = ["run", "--", "sh", "-c", script];
  await using control = await createWorld();
  await runShell({ path: control.workspace }, "git init -q .");
  await withoutGuard(control);
  await control.run(plant);
  await runShell({ path: control.workspace }, "git status");
  expect(readdirSync(control.workspace)).toContain("RAN");
  await using world = await createWorld();
  const place = { path: world.workspace };
  await runShell(place, "git init -q .");
  const { status, stderr } = await world.run(plant);
  expect(status).toBe(0);
  expect(stderr).toContain(
    String.raw`disabled: caf\xe9/.git sets core.fsmonitor; it is caf\xe9/.git.vaultbox-disabled now`,
  );
  await runShell(place, "git status");
  expect(readdirSync(world.workspace)).not.toContain("RAN");
  const shown = await world.run(["audit", "show", "--json"]);
  expect(shown.stdout).toContain(JSON.stringify(String.raw`caf\xe9/.git`));
  expect((await world.run(["run", "--", "true"])).status).toBe(0);
  recordScore({
    row: 44,
    test: "e2e: a repository in a folder whose name is no UTF-8",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
});

test("a workspace or mount whose own path is no UTF-8 is refused, one with odd characters works", async () => {
  await using world = await createWorld();
  const place = { path: world.workspace };
  await runShell(place, `mkdir "$D" 'a:b,c' $'x\\ny' && ln -s "$D" link`);
  for (const flags of [
    ["--workspace", "caf\ufffd"],
    ["--workspace", "link"],
    ["--workspace", "a:b,c", "--mount", `${world.workspace}/link:/mnt/x`],
  ]) {
    const { status, stderr } = await world.run(["run", ...flags, "--", "true"]);
    expect([status, stderr]).toEqual([125, expect.stringContaining("its path is not UTF-8")]);
  }
  const shown = `cd "$D"; "${process.execPath}" "${cliPath}" policy show 2>&1 || echo "status $?"`;
  expect(await runShell(place, shown)).toMatch(/its path is not UTF-8[^]*status 2\n$/);
  for (const workspace of ["a:b,c", "x\ny"]) {
    const args = ["run", "--workspace", workspace, "--", "sh", "-c", "touch made"];
    expect((await world.run(args)).status).toBe(0);
    expect(readdirSync(`${world.workspace}/${workspace}`)).toContain("made");
  }
});
