import { createHash } from "node:crypto";
import { appendFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import type { AuditEvent } from "../../../src/audit/audit-event.ts";
import { maxLineBytes, toBoundedJson } from "../../../src/audit/bounded-event.ts";
import { parseLine } from "../../../src/audit/chain.ts";
import { readSessionReport } from "../../../src/audit/session-report.ts";
import { verifyAudit } from "../../../src/audit/verify-audit.ts";
import { toReportLines } from "../../../src/cli/audit/audit-text.ts";
import {
  decisionOf,
  fixtureSession,
  sealLine,
  openAuditFixture,
  outcomeOf,
} from "../../support/audit-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";

const position = { seq: 1, at: "2026-01-31T12:00:00.000Z", prev: "0".repeat(64) };
const long = (length: number): string => "n".repeat(length);

/** What a sandbox may make as long as it likes, or as many. */
const events: Readonly<Record<string, AuditEvent>> = {
  "the path of a file that was left": note({ path: long(2_000_000), change: "new" }),
  "a name that JSON makes six times as long": note({ path: "\u0001".repeat(400_000) }),
  "a name with halves of characters": note({ path: "\udc80".repeat(400_000) }),
  "a command of 200,000 words": startOf(Array.from({ length: 200_000 }, (_, at) => `word${at}`)),
  "a command with NUL bytes": startOf(["sh", "-c", "\0".repeat(1_000_000)]),
  "long words in a long command": startOf(Array.from({ length: 200 }, () => long(20_000))),
  "a host, a path and a method": decisionOf(1, {
    host: long(500_000),
    path: `/${long(500_000)}`,
    method: long(500_000),
  }),
  "a push of 5,000 refs": decisionOf(1, {
    updates: Array.from({ length: 5_000 }, (_, at) => ({
      ref: `refs/heads/${long(900)}${at}`,
      from: "0".repeat(40),
      to: "1".repeat(40),
      refused: long(300),
    })),
  }),
  "claimed authorities and flags": decisionOf(1, {
    claimed: { sni: long(3_000_000), host: "\u202e".repeat(300_000) },
    flags: Array.from({ length: 100_000 }, () => "placeholder-at-wrong-host"),
  }),
  "the reason of an outcome": outcomeOf(1, { reason: "\u0000".repeat(1_000_000) }),
};

function note(detail: Readonly<Record<string, string>>): AuditEvent {
  return { type: "session.note", note: "handoff", detail };
}

function startOf(command: readonly string[]): AuditEvent {
  const facts = { policyHash: "", vaults: [] };
  return { type: "session.start", session: fixtureSession, command, ...facts };
}

test.each(Object.entries(events))("%s leaves a line that is read back [row 50]", (name, event) => {
  const line = sealLine(event, position);
  expect(line.length).toBeLessThanOrEqual(maxLineBytes);
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  const parsed = parseLine(line);
  expect(parsed?.isSealed).toBe(true);
  expect(parsed?.record).toMatchObject({ type: event.type });
  expect(parsed?.record.cut?.length).toBeGreaterThan(0);
  // As a reader cuts what a writer without the bound would have made
  const naive = JSON.stringify(event).slice(0, maxLineBytes);
  recordScore({
    row: 50,
    test: name,
    attempts: 1,
    blocked: 1,
    controlSucceeded: parseLine(naive) === undefined ? 1 : 0,
  });
});

test("a value that was cut stands with its length and its hash", () => {
  const path = `/${"é".repeat(30_000)}`;
  const line = sealLine(decisionOf(1, { path }), position);
  const record = JSON.parse(line);
  expect(record.path).toBe(`${path.slice(0, 16 * 1024)}…`);
  const sha256 = createHash("sha256").update(path, "utf8").digest("hex");
  expect(record.cut).toEqual([{ field: "path", length: path.length, sha256 }]);
});

test("whatever is in an event, its JSON is bounded, and it's the event itself where nothing was cut", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 50 }),
    fc.string({ unit: "binary", maxLength: 50 }).map((one) => one.repeat(400)),
  );
  const detail = fc.dictionary(fc.string({ maxLength: 20 }), text, { maxKeys: 60 });
  fc.assert(
    fc.property(detail, (values) => {
      const event = { type: "session.note", note: "x", detail: values } as const;
      const json = toBoundedJson(event);
      expect(json.length).toBeLessThan(maxLineBytes);
      const parsed = JSON.parse(json);
      if (parsed.cut === undefined) expect(parsed).toEqual(JSON.parse(JSON.stringify(event)));
    }),
    { numRuns: 30 },
  );
});

test("a log of long names is read, verified and shown in few lines; one line of a writer without the bound spoils it", async () => {
  await using fixture = await openAuditFixture();
  const { log, path } = fixture;
  for (const event of Object.values(events)) {
    if (event.type === "session.note") log.note(event.note, event.detail);
    if (event.type === "request.decision") await log.decision(event);
  }
  for (let count = 0; count < 5_000; count += 1) {
    log.note("handoff", { path: `${count}${long(3000)}`, change: "new", kind: "editor" });
  }
  await log.end({ status: 0, requests: 3, refused: 0 });
  expect(await verifyAudit(path)).toMatchObject({ status: "intact", ended: true });
  const report = await readSessionReport(path, {});
  expect(report.matched).toBe(3);
  const shown = toReportLines(report, { session: fixtureSession, path }).join("\n");
  // In a pipe notes are whole; there are so many of them at most
  expect(shown.length).toBeLessThan(4000 * report.notes.length + 100_000);
  await appendFile(path, `${JSON.stringify({ ...decisionOf(9), path: long(2_000_000) })}\n`);
  await expect(readSessionReport(path, {})).rejects.toMatchObject({ code: "VBX_AUDIT_DAMAGED" });
});

test("the hash of a list that was cut is that of its JSON", () => {
  const command = Array.from({ length: 70_000 }, (_, at) => `word "${at}"`);
  const line = sealLine(startOf(command), position);
  const sha256 = createHash("sha256").update(JSON.stringify(command)).digest("hex");
  expect(JSON.parse(line).cut).toEqual([{ field: "command", length: command.length, sha256 }]);
});

test("of an event that is too long no JSON is made as a whole, which could be longer than a text can be", () => {
  const others = Array.from({ length: 300 }, () => ({ method: "PUT", path: '"'.repeat(50_000) }));
  const event = decisionOf(1, { others });
  const naive = JSON.stringify(event).length;
  const made = vi.spyOn(JSON, "stringify");
  onTestFinished(() => made.mockRestore());
  const line = sealLine(event, position);
  const lengths = made.mock.results.map(({ value }) => String(value).length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(maxLineBytes);
  expect(naive).toBeGreaterThan(20 * maxLineBytes);
  expect(parseLine(line)?.isSealed).toBe(true);
  const score = { attempts: 1, blocked: 1, controlSucceeded: 1 };
  recordScore({ row: 50, test: "JSON longer than a text can be", ...score });
});
