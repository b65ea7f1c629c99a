import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openAuditLog } from "../../../src/audit/audit-log.ts";
import { listLogs } from "../../../src/audit/list-logs.ts";
import { findLogFiles } from "../../../src/audit/session-log.ts";
import { type Paths, resolvePaths } from "../../../src/base/paths.ts";
import { removeOldRecords } from "../../../src/session/remove-records.ts";
import { beginSession, endSession } from "../../../src/base/session-state.ts";
import { decisionOf, outcomeOf } from "../../support/audit-fixture.ts";

const ids = ["a", "b", "c", "d"].map((letter) => letter.repeat(12));

async function createPaths(): Promise<Paths> {
  const path = await mkdtemp(join(tmpdir(), "vaultbox-test-records-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return resolvePaths({ VAULTBOX_HOME: path });
}

/** Writes the log of a session: it began at a time, and ended a minute later or not at all. */
async function writeLog(paths: Paths, session: string, at: string, isEnded = true): Promise<void> {
  const folder = join(paths.sessions, session);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  vi.useFakeTimers({ now: Date.parse(at), toFake: ["Date"] });
  try {
    await using log = await openAuditLog(join(folder, "audit.jsonl"), { session });
    await log.start({
      command: ["claude", "-p", "x"],
      policyHash: "",
      vaults: [],
      workspace: "/w",
    });
    await log.decision(decisionOf(1, { verdict: "deny" }));
    log.outcome(outcomeOf(1));
    vi.setSystemTime(Date.parse(at) + 60_000);
    if (isEnded) await log.end({ status: 3, requests: 1, refused: 1 });
  } finally {
    vi.useRealTimers();
  }
}

test("logs are listed by their beginning and end, the one written to last first", async () => {
  const paths = await createPaths();
  expect(await listLogs(await findLogFiles(paths.sessions))).toEqual([]);
  await writeLog(paths, ids[0] ?? "", "2026-01-01T10:00:00.000Z");
  // Some file systems stamp what is written within some milliseconds alike
  await utimes(join(paths.sessions, ids[0] ?? "", "audit.jsonl"), 1, 1);
  await writeLog(paths, ids[1] ?? "", "2026-02-01T10:00:00.000Z", false);
  await mkdir(join(paths.sessions, "not-a-session"));
  await mkdir(join(paths.sessions, ids[2] ?? ""));
  expect(await listLogs(await findLogFiles(paths.sessions))).toMatchObject([
    { session: ids[1], startedAt: "2026-02-01T10:00:00.000Z", command: ["claude", "-p", "x"] },
    {
      session: ids[0],
      startedAt: "2026-01-01T10:00:00.000Z",
      endedAt: "2026-01-01T10:01:00.000Z",
      workspace: "/w",
      status: 3,
      requests: 1,
      refused: 1,
    },
  ]);
});

test("records go of sessions that ended before; of those that run, or may, they stay", async () => {
  const paths = await createPaths();
  const [old = "", recent = "", running = "", unended = ""] = ids;
  const facts = { command: ["true"], agent: "generic", workspace: "/w" };
  await writeLog(paths, old, "2026-01-01T10:00:00.000Z");
  await writeLog(paths, recent, "2026-03-01T10:00:00.000Z");
  const state = await beginSession(paths, { id: running, ...facts });
  await writeLog(paths, running, "2026-01-01T10:00:00.000Z");
  // Of a proxy by itself nothing else is recorded: it may still write
  await writeLog(paths, unended, "2026-01-01T10:00:00.000Z", false);
  const before = "2026-02-01T00:00:00.000Z";
  expect(await removeOldRecords(paths, before)).toMatchObject({ sessions: [old] });
  expect((await readdir(paths.sessions)).sort()).toEqual([recent, running, unended]);
  await endSession(paths, state, 0);
  expect(await removeOldRecords(paths, before)).toMatchObject({ sessions: [running] });
  expect((await readdir(paths.sessions)).sort()).toEqual([recent, unended]);
});
