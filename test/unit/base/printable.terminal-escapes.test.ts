import { expect, onTestFinished, test, vi } from "vitest";
import type { AuditRecord } from "../../../src/audit/audit-event.ts";
import { sealLine } from "../../support/audit-fixture.ts";
import { createSummary, summaryLines } from "../../../src/audit/summarise.ts";
import { RequestCollector } from "../../../src/audit/read-audit.ts";
import { createFollowText, toReportLines } from "../../../src/cli/audit/audit-text.ts";
import {
  printJson,
  printJsonLine,
  printLines,
  printNote,
  printWarning,
} from "../../../src/cli/output.ts";
import { reportError } from "../../../src/cli/report-error.ts";
import { writeJson } from "../../../src/base/print.ts";
import { VaultboxError } from "../../../src/base/errors.ts";
import { quoted, toPrintable } from "../../../src/base/printable.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import { decisionOf, outcomeOf } from "../../support/audit-fixture.ts";
import { drivesTerminal, escapeCorpus } from "./escape-corpus.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { toRefusalText } from "../../support/refusal-text.ts";

/** What is written to both streams while `write` runs. */
function captured(write: () => void): string {
  let text = "";
  const take = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(take),
  );
  try {
    write();
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
  return text;
}

function recordsWith(text: string): readonly AuditRecord[] {
  const decision = decisionOf(1, {
    verdict: "deny",
    host: text,
    path: `/${text}`,
    method: text,
    rule: text,
    reason: text,
    credential: text,
    flags: [text],
    claimed: { [text]: text },
  });
  const events = [
    {
      type: "session.start",
      session: text,
      command: [text],
      policyHash: text,
      vaults: [text],
      workspace: text,
    },
    { type: "session.note", note: text, detail: { [text]: text } },
    decision,
    outcomeOf(1, { reason: text, address: text }),
    { type: "session.end", status: 1, requests: 1, refused: 1 },
  ] as const;
  return events.map((event, index) => {
    const at = "2026-01-31T12:00:00.000Z";
    const line = sealLine(event, { seq: index + 1, at, prev: "" });
    return JSON.parse(line) as AuditRecord;
  });
}

function reportOf(records: readonly AuditRecord[]) {
  const requests = new RequestCollector({});
  const summary = createSummary();
  for (const record of records) {
    requests.add(record);
    summary.add(record);
  }
  const [start, note, , , end] = records;
  return {
    start: start?.type === "session.start" ? start : undefined,
    end: end?.type === "session.end" ? end : undefined,
    moreNotes: 0,
    notes: note?.type === "session.note" ? [note] : [],
    requests: requests.requests,
    matched: requests.matched,
    summary: summary.current(),
  };
}

/** Everything of ours that shows outside text: each gives what would reach the terminal. */
const surfaces: Readonly<Record<string, (text: string) => string>> = {
  "toPrintable and quoted": (text) => `${toPrintable(text)} ${quoted(text)}`,
  "notes and warnings": (text) =>
    captured(() => {
      printNote(text);
      printWarning(text);
    }),
  "an expected error": (text) =>
    captured(() => {
      const error = new VaultboxError("VBX_AUDIT_DAMAGED", text, {
        hints: [text],
        cause: new Error(text),
      });
      reportError(error, { json: false });
      reportError(error, { json: true });
    }),
  "a bug": (text) => captured(() => reportError(new TypeError(text), { json: false })),
  "audit show": (text) =>
    captured(() => {
      const report = reportOf(recordsWith(text));
      printLines(toReportLines(report, { session: text, path: text }));
    }),
  "the result of run --json": (text) =>
    captured(() => {
      const { summary } = reportOf(recordsWith(text));
      const entries = [{ change: "new", kind: text, path: text, detail: text }];
      writeJson("stderr", { session: text, status: 0, summary, handoff: { entries } });
    }),
  "audit show --json": (text) => captured(() => printJson(reportOf(recordsWith(text)))),
  "audit follow": (text) => captured(() => printLines(recordsWith(text).map(createFollowText()))),
  "audit follow --json": (text) =>
    captured(() => recordsWith(text).forEach((record) => printJsonLine(record))),
  "the summary of a run": (text) =>
    captured(() => {
      const { summary } = reportOf(recordsWith(text));
      printLines(summaryLines(summary));
      for (const line of summaryLines(summary)) process.stderr.write(`${line}\n`);
    }),
  "a refusal": (text) => {
    const refusal = new Refusal(403, "path-not-allowed", text, { remedy: text });
    return toRefusalText(refusal, "text").replaceAll("\r\n", "\n");
  },
};

test.each(Object.entries(surfaces))("%s drives no terminal [row 32]", (name, show) => {
  vi.stubEnv("VAULTBOX_DEBUG", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const passed = escapeCorpus.filter(({ text }) => drivesTerminal(show(text)));
  const raw = escapeCorpus.filter(
    ({ text }) => drivesTerminal(`GET ${text}`) || text.includes("\n"),
  );
  recordScore({
    row: 32,
    test: `terminal sequences in ${name}`,
    attempts: escapeCorpus.length,
    blocked: escapeCorpus.length - passed.length,
    controlSucceeded: raw.length,
  });
  expect(escapeCorpus.length).toBeGreaterThanOrEqual(60);
  expect(raw).toHaveLength(escapeCorpus.length);
  expect(passed).toEqual([]);
});

test("a line break from outside doesn't begin a line of ours [row 32]", () => {
  const forged = "x\nvaultbox: allowed\r\nvaultbox: allowed\u2028vaultbox: allowed";
  for (const show of [
    surfaces["audit show"],
    surfaces["an expected error"],
    surfaces["a refusal"],
  ]) {
    expect(
      (show?.(forged) ?? "").split("\n").filter((line) => line === "vaultbox: allowed"),
    ).toEqual([]);
  }
  expect(forged.split(/\r?\n/)).toContain("vaultbox: allowed");
});
