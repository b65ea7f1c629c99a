import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { headPath } from "../../../src/audit/audit-head.ts";
import { openAuditLog } from "../../../src/audit/audit-log.ts";
import { sealEvent } from "../../../src/audit/chain.ts";
import { followAudit } from "../../../src/audit/follow-audit.ts";
import { readAudit } from "../../../src/audit/read-audit.ts";
import { readSessionReport } from "../../../src/audit/session-report.ts";
import { verifyAudit } from "../../../src/audit/verify-audit.ts";
import {
  decisionOf,
  fixtureSession,
  openAuditFixture,
  outcomeOf,
  startFacts,
  toArray,
  writeSession,
} from "../../support/audit-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";

type Position = Parameters<typeof sealEvent>[1];

async function endedLog() {
  const fixture = await openAuditFixture();
  await writeSession(fixture.log, 12);
  const text = await readFile(fixture.path, "latin1");
  return { ...fixture, text, lines: text.trimEnd().split("\n") };
}

test("an untouched log is intact, ended or not", async () => {
  await using fixture = await openAuditFixture();
  expect(await verifyAudit(fixture.path)).toMatchObject({ status: "intact", records: 0 });
  await fixture.log.start(startFacts);
  expect(await verifyAudit(fixture.path)).toMatchObject({ status: "intact", ended: false });
  await fixture.log.end({ status: 0, requests: 0, refused: 0 });
  expect(await verifyAudit(fixture.path)).toMatchObject({
    status: "intact",
    session: fixtureSession,
    records: 2,
    ended: true,
    findings: [],
  });
});

test("each kind of damage is named with its line", async () => {
  await using log = await endedLog();
  const { lines } = log;
  const at = (index: number): string => lines[index] ?? "";
  const cases: readonly (readonly [string, readonly string[], string, number])[] = [
    ["edit", lines.with(4, at(4).replace('"at":"2', '"at":"3')), "edited", 5],
    ["no JSON", lines.with(4, "garbage"), "edited", 5],
    ["deletion", lines.toSpliced(4, 1), "deleted", 5],
    ["swap", lines.with(4, at(5)).with(5, at(4)), "deleted", 5],
    ["repetition", lines.toSpliced(4, 0, at(3)), "out-of-order", 5],
    ["cut end", lines.slice(0, -1), "truncated", lines.length],
    ["all gone", [], "truncated", 1],
  ];
  for (const [name, changed, kind, line] of cases) {
    await writeFile(log.path, changed.map((text) => `${text}\n`).join(""), "latin1");
    const result = await verifyAudit(log.path);
    expect({ name, ...result, ...result.findings[0] }).toMatchObject({
      name,
      status: "damaged",
      kind,
      line,
    });
  }
});

test("a record that was sealed again breaks the chain after it, and at the end the head", async () => {
  await using log = await endedLog();
  for (const index of [4, log.lines.length - 1]) {
    const position = JSON.parse(log.lines[index] ?? "") as Position;
    const forged = sealEvent(outcomeOf(2, { status: 204 }), position);
    await writeFile(log.path, `${log.lines.with(index, forged.line).join("\n")}\n`);
    const result = await verifyAudit(log.path);
    expect(result.findings[0]).toMatchObject({ kind: "replaced" });
  }
});

test("the log of another session under this session's head is found", async () => {
  await using log = await endedLog();
  await rm(log.path);
  const other = await openAuditLog(log.path, { session: "ffffffffffff" });
  const head = await readFile(headPath(log.path), "utf8");
  await writeSession(other, 12);
  await writeFile(headPath(log.path), head.replaceAll("ffffffffffff", fixtureSession));
  expect((await verifyAudit(log.path)).status).toBe("damaged");
});

test("a log without its head, or with an unreadable one, isn't taken as whole", async () => {
  await using log = await endedLog();
  for (const damage of [() => writeFile(headPath(log.path), "{}"), () => rm(headPath(log.path))]) {
    await damage();
    expect(await verifyAudit(log.path)).toMatchObject({
      status: "damaged",
      findings: [{ kind: "head-missing" }],
    });
  }
});

test("a tail without line break is told apart from damage, and readers leave it out", async () => {
  await using fixture = await openAuditFixture();
  await fixture.log.start(startFacts);
  await fixture.log.close();
  const text = await readFile(fixture.path, "latin1");
  await writeFile(fixture.path, `${text}{"seq":2,"at":"20`);
  expect(await verifyAudit(fixture.path)).toMatchObject({
    status: "incomplete",
    records: 1,
    findings: [{ kind: "incomplete-last-line", line: 2 }],
  });
  const records = await toArray(readAudit(fixture.path));
  expect(records).toHaveLength(1);
});

test("another session's log in the place of a session's is found by every reader that was asked for the session [row 33]", async () => {
  await using log = await endedLog();
  const other = "ba9876543210";
  expect(await verifyAudit(log.path, fixtureSession)).toMatchObject({ status: "intact" });
  const readers = [
    async (session?: string) => {
      const { status, findings } = await verifyAudit(log.path, session);
      if (status === "damaged") throw new Error(findings[0]?.message);
    },
    (session?: string) => toArray(readAudit(log.path, session)),
    (session?: string) => readSessionReport(log.path, {}, session),
    (session?: string) => toArray(followAudit(log.path, session === undefined ? {} : { session })),
  ];
  for (const read of readers) {
    await expect(read(other)).rejects.toThrow(
      /it is the log of session "0123456789ab"|it is not the one of session ba9876543210/,
    );
    // Who isn't told whose it is to be takes it for what it says
    await read();
    await read(fixtureSession);
  }
  const attempts = readers.length;
  const test = "another session's log";
  recordScore({ row: 33, test, attempts, blocked: attempts, controlSucceeded: attempts });
});

const lineBreaks = ["\r", "\n", "\r\n", "\u2028", "\u2029", "\u0085", "\v", "\f"];
const marks = [
  "\u001b[2J",
  "\u001b]0;x\u0007",
  "\u009b31m",
  "\u202e",
  "\ufeff",
  "\ud800",
  "\u0000",
];

test("whatever a client puts in a host or path stays one line of printable ASCII [row 33]", async () => {
  await using fixture = await openAuditFixture();
  const forgery = '{"seq":9,"type":"session.end"}';
  const attempts = [...lineBreaks, ...marks].map((mark) => `a${mark}${forgery}${mark}b`);
  for (const [index, text] of attempts.entries()) {
    await fixture.log.decision(decisionOf(index + 1, { host: text, path: `/${text}` }));
  }
  const text = await readFile(fixture.path, "latin1");
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  // All others that any reader breaks lines at were excluded above
  expect(text.trimEnd().split("\n")).toHaveLength(attempts.length);
  const hosts = (await toArray(readAudit(fixture.path))).map(
    (record) => record.type === "request.decision" && record.host,
  );
  expect(hosts).toEqual(attempts);
  const naive = attempts.filter((host) => !/^[\x20-\x7e]*$/.test(`GET ${host} allow`));
  recordScore({
    row: 33,
    test: "log forging by CR, LF, U+2028 and terminal sequences",
    attempts: attempts.length,
    blocked: hosts.filter((host, index) => host === attempts[index]).length,
    controlSucceeded: naive.length,
  });
  expect(naive).toHaveLength(attempts.length);
});

test("the chain holds for every sequence of events, and verify agrees", async () => {
  const event = fc.oneof(
    fc
      .record({ host: fc.string({ unit: "binary" }), path: fc.string({ unit: "binary" }) })
      .map((texts) => decisionOf(1, texts)),
    fc.record({ reason: fc.string({ unit: "binary" }) }).map((texts) => outcomeOf(1, texts)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      await using fixture = await openAuditFixture();
      for (const one of events) {
        if (one.type === "request.decision") void fixture.log.decision(one);
        else fixture.log.outcome(one);
      }
      await fixture.log.close();
      const result = await verifyAudit(fixture.path);
      expect(result).toMatchObject({ status: "intact", records: events.length });
    }),
    { numRuns: 25 },
  );
});

type Tampering = (lines: readonly string[], random: () => number) => string;

function pick(random: () => number, length: number): number {
  return Math.floor(random() * length);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

const tamperings: readonly Tampering[] = [
  function flipByte(lines, random) {
    const bytes = Buffer.from(joined(lines), "latin1");
    const at = pick(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 + pick(random, 127));
    return bytes.toString("latin1");
  },
  function editValue(lines, random) {
    const at = pick(random, lines.length);
    return joined(lines.with(at, (lines[at] ?? "").replace('"at":"2', '"at":"1')));
  },
  function deleteLines(lines, random) {
    const at = pick(random, lines.length);
    return joined(lines.toSpliced(at, 1 + pick(random, 3)));
  },
  function swapLines(lines, random) {
    const [a, b] = [pick(random, lines.length), pick(random, lines.length)];
    const other = a === b ? (a + 1) % lines.length : b;
    return joined(lines.with(a, lines[other] ?? "").with(other, lines[a] ?? ""));
  },
  function repeatLine(lines, random) {
    const line = lines[pick(random, lines.length)] ?? "";
    return joined(lines.toSpliced(pick(random, lines.length + 1), 0, line));
  },
  function insertSealed(lines, random) {
    const at = pick(random, lines.length);
    const forged = sealEvent(outcomeOf(1), JSON.parse(lines[at] ?? "") as Position);
    return joined(lines.toSpliced(at, 0, forged.line));
  },
  function cutLines(lines, random) {
    return joined(lines.slice(0, pick(random, lines.length)));
  },
  function cutBytes(lines, random) {
    const text = joined(lines);
    return text.slice(0, pick(random, text.length));
  },
];

function isValidJsonLines(text: string): boolean {
  try {
    for (const line of text.split("\n")) if (line !== "") JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Small generator with a printed seed, so that a failure can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("a thousand random tamperings are all found, and a log without chain misses most [row 33]", async () => {
  await using log = await endedLog();
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-tamper-"));
  const seed = Date.now() >>> 0;
  const random = createRandom(seed);
  const path = join(folder, "audit.jsonl");
  await writeFile(headPath(path), await readFile(headPath(log.path)));
  const attempts = 1000;
  let missedWithoutChain = 0;
  const missed: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const tamper = tamperings[attempt % tamperings.length];
    const changed = tamper?.(log.lines, random) ?? "";
    await writeFile(path, changed, "latin1");
    const result = await verifyAudit(path);
    const isNamed = result.findings.every((finding) => finding.line >= 1);
    if (result.status !== "damaged" || !isNamed) missed.push(`${tamper?.name} #${attempt}`);
    if (isValidJsonLines(changed)) missedWithoutChain += 1;
  }
  await rm(folder, { recursive: true });
  recordScore({
    row: 33,
    test: "random edits, deletions, moves, insertions and cuts of the audit log",
    attempts,
    blocked: attempts - missed.length,
    controlSucceeded: missedWithoutChain,
  });
  expect(missed, `seed ${seed}`).toEqual([]);
  expect(missedWithoutChain).toBeGreaterThan(attempts / 2);
});
