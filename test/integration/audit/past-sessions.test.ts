import { mkdir, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openAuditLog } from "../../../src/audit/audit-log.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { decisionOf } from "../../support/audit-fixture.ts";
import { runCliHere } from "../../support/cli-here.ts";

test("past sessions are listed, the newest first, and what is said of older ones works", async () => {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-past-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const { sessions } = resolvePaths({ VAULTBOX_HOME: home });
  const env = { VAULTBOX_HOME: home };
  // As with every list, stdout has what was asked for and nothing else
  for (const [command, said] of [
    [["audit", "list"], "no session was recorded yet: vaultbox run -- COMMAND"],
    [["ps"], "no session runs: vaultbox run -- COMMAND"],
    [["vault", "list"], "there is no vault yet: vaultbox credential add NAME"],
  ] as const) {
    const empty = await runCliHere(command, { env });
    expect(empty).toMatchObject({ status: 0, stdout: "", stderr: `vaultbox: ${said}\n` });
  }
  const begunAt = Date.now() / 1000;
  for (let count = 0; count < 22; count++) {
    const session = count.toString(16).padStart(12, "0");
    await mkdir(join(sessions, session), { recursive: true, mode: 0o700 });
    const path = join(sessions, session, "audit.jsonl");
    {
      await using log = await openAuditLog(path, { session });
      await log.start({ command: ["true", String(count)], policyHash: "", vaults: [] });
      await log.decision(decisionOf(1, { verdict: "deny" }));
      await log.end({ status: 0, requests: 1, refused: 1 });
    }
    // Some file systems stamp what is written within some milliseconds alike
    await utimes(path, begunAt + count, begunAt + count);
  }
  const listed = await runCliHere(["audit", "list"], { env });
  const lines = listed.stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(21);
  expect(lines[1]).toMatch(/^0{10}15 {2}\S{10} \S{5} {2}\S+ +0 +1 +1 +true 21$/);
  expect(listed.stderr).toContain("2 older ones: vaultbox audit list --limit all\n");
  expect(listed.stderr).toContain("to remove old ones: vaultbox prune --sessions 90d\n");
  const all = await runCliHere(["audit", "list", "--limit", "all"], { env });
  expect(all.stdout.trimEnd().split("\n")).toHaveLength(23);
  const json = JSON.parse((await runCliHere(["audit", "list", "--json"], { env })).stdout);
  expect(json).toMatchObject({ count: 22, sessions: { length: 20 } });
  const wrong = await runCliHere(["prune", "--sessions", "90"], { env });
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    'vaultbox: error: invalid duration "90": write a number and a unit, as in 90s, 15m, 2h or 1h30m\n',
  ]);
});
