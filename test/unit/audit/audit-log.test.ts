import { statSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { createSummary, summaryLines } from "../../../src/audit/summarise.ts";
import { expect, test, vi } from "vitest";
import { readHead } from "../../../src/audit/audit-head.ts";
import { openAuditLog } from "../../../src/audit/audit-log.ts";
import { genesisHash, parseLine } from "../../../src/audit/chain.ts";
import {
  decisionOf,
  fixtureSession,
  openAuditFixture,
  outcomeOf,
  startFacts,
  writeSession,
} from "../../support/audit-fixture.ts";

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, "latin1")).trimEnd().split("\n");
}

test("a decision is in the file when its promise resolves", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.decision(decisionOf(1));
  expect(await readFile(fixture.path, "latin1")).toContain('"request":1,"verdict":"allow"');
});

test("each record holds the hash of the one before it, and the first that of the session", async () => {
  await using fixture = await openAuditFixture();
  await writeSession(fixture.log, 5);
  let prev = genesisHash(fixtureSession);
  const lines = await linesOf(fixture.path);
  expect(lines).toHaveLength(12);
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line);
    expect(parsed).toMatchObject({ isSealed: true, record: { seq: index + 1, prev } });
    prev = parsed?.record.hash ?? "";
  }
});

test("the records of one turn of the event loop are written together and in order", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.decision(decisionOf(1));
  const { size } = statSync(fixture.path);
  const first = fixture.log.decision(decisionOf(2));
  fixture.log.outcome(outcomeOf(1));
  fixture.log.note("link closed", { reason: "test" });
  const second = fixture.log.decision(decisionOf(3));
  expect(first).toBe(second);
  expect(statSync(fixture.path).size).toBe(size);
  await second;
  expect(await typesOf(fixture.path)).toEqual([
    "request.decision",
    "request.decision",
    "request.outcome",
    "session.note",
    "request.decision",
  ]);
});

test("the decision about the only request is with the kernel at once, and what nobody waits for with the next one", async () => {
  await using fixture = await openAuditFixture();
  expect(fixture.log.decision(decisionOf(1))).toBeUndefined();
  expect(await typesOf(fixture.path)).toEqual(["request.decision"]);
  fixture.log.outcome(outcomeOf(1));
  expect(await typesOf(fixture.path)).toHaveLength(1);
  expect(fixture.log.decision(decisionOf(2))).toBeUndefined();
  expect(await typesOf(fixture.path)).toHaveLength(3);
  fixture.log.outcome(outcomeOf(2));
  // It's written although no other comes
  await vi.waitFor(async () => expect(await typesOf(fixture.path)).toHaveLength(4));
});

test("outcomes of requests that were never decided don't hide which are under way", async () => {
  await using fixture = await openAuditFixture();
  for (const request of [1, 2, 3]) fixture.log.outcome(outcomeOf(request));
  expect(fixture.log.decision(decisionOf(4))).toBeUndefined();
  const second = fixture.log.decision(decisionOf(5));
  expect(second).toBeInstanceOf(Promise);
  await second;
  expect(await typesOf(fixture.path)).toHaveLength(5);
});

async function typesOf(path: string): Promise<readonly (string | undefined)[]> {
  return (await linesOf(path)).map((line) => parseLine(line)?.record.type);
}

test("the log and its head are readable by their owner only", async () => {
  await using fixture = await openAuditFixture();
  await writeSession(fixture.log, 1);
  for (const name of ["audit.jsonl", "audit.head"]) {
    expect((await stat(join(fixture.folder, name))).mode & 0o777).toBe(0o600);
  }
});

test("the head follows the log within a second, and says when the session ended", async () => {
  await using fixture = await openAuditFixture();
  expect(await readHead(fixture.path)).toMatchObject({ seq: 0, ended: false });
  await fixture.log.start(startFacts);
  await sleep(900);
  expect(await readHead(fixture.path)).toMatchObject({ seq: 1, ended: false });
  await fixture.log.end({ status: 0, requests: 0, refused: 0 });
  expect(await readHead(fixture.path)).toMatchObject({ seq: 2, ended: true });
});

test("a log that exists already is not continued", async () => {
  await using fixture = await openAuditFixture();
  const again = openAuditLog(fixture.path, { session: fixtureSession });
  await expect(again).rejects.toMatchObject({ code: "VBX_AUDIT_UNWRITABLE" });
  const other = join(fixture.folder, "other.jsonl");
  await writeFile(other, "mine");
  await expect(openAuditLog(other, { session: fixtureSession })).rejects.toMatchObject({
    code: "VBX_AUDIT_UNWRITABLE",
  });
  expect(await readFile(other, "utf8")).toBe("mine");
});

test("a closed log refuses decisions, lets outcomes pass silently and closes twice", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.close();
  await expect(fixture.log.decision(decisionOf(1))).rejects.toMatchObject({
    code: "VBX_AUDIT_UNWRITABLE",
  });
  expect(() => fixture.log.outcome(outcomeOf(1))).not.toThrow();
  await fixture.log.close();
});

test("a listener hears of an event only after the kernel has it", async () => {
  await using fixture = await openAuditFixture();
  const path = join(fixture.folder, "heard.jsonl");
  const heard: string[] = [];
  const log = await openAuditLog(path, {
    session: fixtureSession,
    now: () => Date.UTC(2026, 0, 2),
    onEvent: (event) => heard.push(event.type),
  });
  await log.decision(decisionOf(1));
  expect(heard).toEqual(["request.decision"]);
  const written = log.decision(decisionOf(2));
  expect(heard).toHaveLength(1);
  await written;
  expect(heard).toHaveLength(2);
  expect(await readFile(path, "latin1")).toContain('"at":"2026-01-02T00:00:00.000Z"');
  await log.close();
});

test("a log that is full takes no new request, and still says how the others ended", async () => {
  await using fixture = await openAuditFixture({ maxBytes: 2000 });
  const { log, path } = fixture;
  let taken = 0;
  const fill = async (): Promise<void> => {
    for (;;) {
      await log.decision(decisionOf(taken + 1));
      taken += 1;
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: "VBX_AUDIT_UNWRITABLE" });
  await expect(log.decision(decisionOf(99))).rejects.toThrow("it is full");
  expect(taken).toBeGreaterThan(2);
  expect(taken).toBeLessThan(9);
  for (let request = 1; request <= taken; request += 1) log.outcome(outcomeOf(request));
  await log.end({ status: 0, requests: taken, refused: 0 });
  const lines = await linesOf(path);
  expect(lines).toHaveLength(2 * taken + 1);
  expect(parseLine(lines.at(-1) ?? "")?.record.type).toBe("session.end");
});

test("what the log has no room for is counted in the summary all the same, and said to be missing", async () => {
  const summary = createSummary();
  const { add: onEvent, addUnrecorded: onLost } = summary;
  await using fixture = await openAuditFixture({ maxBytes: 600, onEvent, onLost });
  const { log } = fixture;
  const refused = { verdict: "deny", flags: ["placeholder-at-wrong-host"] } as const;
  let rejected = 0;
  for (let request = 1; request <= 6; request += 1) {
    await log.decision(decisionOf(request, refused))?.catch(() => void (rejected += 1));
  }
  expect(rejected).toBeGreaterThan(2);
  const current = summary.current();
  expect(current).toMatchObject({ requests: 6, refused: 6, unrecorded: rejected });
  expect(current.flags).toEqual([{ name: "placeholder-at-wrong-host", count: 6 }]);
  expect(summaryLines(current)[1]).toContain(
    `warning: ${rejected} of them are not in the audit log`,
  );
});
