import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { AuditRecord } from "../../../src/audit/audit-event.ts";
import { followAudit } from "../../../src/audit/follow-audit.ts";
import {
  decisionOf,
  openAuditFixture,
  outcomeOf,
  startFacts,
  toArray,
} from "../../support/audit-fixture.ts";

test("a follower sees what was written before and after it came, and stops at the end", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.start(startFacts);
  const seen: AuditRecord["type"][] = [];
  const following = (async () => {
    for await (const record of followAudit(fixture.path)) seen.push(record.type);
  })();
  await sleep(50);
  await fixture.log.decision(decisionOf(1));
  fixture.log.outcome(outcomeOf(1));
  await fixture.log.end({ status: 0, requests: 1, refused: 0 });
  await following;
  expect(seen).toEqual(["session.start", "request.decision", "request.outcome", "session.end"]);
});

test("a follower of a quiet log stops at once when it's told to", async () => {
  await using fixture = await openAuditFixture();
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  const before = performance.now();
  const records = await toArray(followAudit(fixture.path, { signal: stop.signal }));
  expect(records).toEqual([]);
  expect(performance.now() - before).toBeLessThan(2000);
});

test("a line that isn't a record stops a follower with its number", async () => {
  await using fixture = await openAuditFixture();
  const path = join(fixture.folder, "other.jsonl");
  await writeFile(path, "nonsense\n");
  await expect(toArray(followAudit(path))).rejects.toMatchObject({
    code: "VBX_AUDIT_DAMAGED",
    message: expect.stringContaining("line 1"),
  });
});
