import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type RequestFilter, RequestCollector, readAudit } from "../../../src/audit/read-audit.ts";
import { maxLineBytes } from "../../../src/audit/bounded-event.ts";
import { readSessionReport } from "../../../src/audit/session-report.ts";
import { readLogLines } from "../../../src/audit/read-lines.ts";
import { decisionOf, openAuditFixture, outcomeOf, toArray } from "../../support/audit-fixture.ts";

async function requestsOf(path: string, filter: RequestFilter): Promise<number[]> {
  const collector = new RequestCollector(filter);
  for await (const record of readAudit(path)) collector.add(record);
  return collector.requests.map((request) => request.decision.request);
}

test("filters keep the requests that match all of them", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.decision(decisionOf(1));
  await fixture.log.decision(decisionOf(2, { method: "POST", verdict: "deny" }));
  await fixture.log.decision(decisionOf(3, { host: "example.com" }));
  await fixture.log.decision(decisionOf(4, { host: "b.api.example.com", verdict: "deny" }));
  fixture.log.outcome(outcomeOf(2));
  await fixture.log.close();
  const { path } = fixture;
  expect(await requestsOf(path, {})).toEqual([1, 2, 3, 4]);
  expect(await requestsOf(path, { host: "API.example.com" })).toEqual([1, 2]);
  expect(await requestsOf(path, { host: "*.example.com" })).toEqual([1, 2, 4]);
  expect(await requestsOf(path, { refusedOnly: true })).toEqual([2, 4]);
  expect(await requestsOf(path, { refusedOnly: true, method: "post" })).toEqual([2]);
  expect(await requestsOf(path, { limit: 2 })).toEqual([3, 4]);
  expect(await requestsOf(path, { since: "2999-01-01T00:00:00.000Z" })).toEqual([]);
});

test("what was refused on its way is refused: a filter shows what the summary counts", async () => {
  await using fixture = await openAuditFixture();
  const { log, path } = fixture;
  for (const request of [1, 2, 3, 4, 5]) await log.decision(decisionOf(request));
  log.outcome(outcomeOf(4, { outcome: "refused", status: 403, reason: "address-not-allowed" }));
  log.outcome(outcomeOf(2, { outcome: "limit-exceeded", status: 429 }));
  log.outcome(outcomeOf(1));
  log.outcome(outcomeOf(3, { outcome: "upstream-failed", status: 502 }));
  await log.close();
  const { requests, matched, summary } = await readSessionReport(path, { refusedOnly: true });
  expect(requests.map(({ decision, outcome }) => [decision.request, outcome?.status])).toEqual([
    [2, 429],
    [4, 403],
  ]);
  expect([matched, summary.refused]).toEqual([2, 2]);
  // The one that was refused last
  expect(await requestsOf(path, { refusedOnly: true, limit: 1 })).toEqual([2]);
});

test("a line that isn't a record is an error that says which one", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.decision(decisionOf(1));
  await appendFile(fixture.path, '{"type":"request.decision"}\n');
  await expect(requestsOf(fixture.path, {})).rejects.toMatchObject({
    code: "VBX_AUDIT_DAMAGED",
    message: expect.stringContaining("line 2"),
  });
});

test("a log that isn't there is named", async () => {
  await using fixture = await openAuditFixture();
  const path = join(fixture.folder, "none.jsonl");
  await expect(requestsOf(path, {})).rejects.toMatchObject({ code: "VBX_SESSION_UNKNOWN" });
});

test("lines across chunks are whole, and one without end doesn't fill the memory", async () => {
  await using fixture = await openAuditFixture();
  const path = join(fixture.folder, "long.txt");
  const long = "x".repeat(700_000);
  await writeFile(path, `${long}\n\n${"y".repeat(3 * maxLineBytes)}\nlast`);
  const lines = await toArray(readLogLines(path));
  expect(lines.map((line) => [line.number, line.text.length, line.isComplete])).toEqual([
    [1, 700_000, true],
    [2, 0, true],
    [3, maxLineBytes, true],
    [4, 4, false],
  ]);
});
