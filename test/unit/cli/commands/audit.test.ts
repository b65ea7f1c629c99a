import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openAuditLog } from "../../../../src/audit/audit-log.ts";
import { buildCommand } from "../../../../src/cli/commands/audit.ts";
import { parseFilter } from "../../../../src/cli/audit/parse-filter.ts";
import {
  decisionOf,
  fixtureSession,
  outcomeOf,
  startFacts,
} from "../../../support/audit-fixture.ts";

/** A home with one ended session of three requests; returns its log's path. */
async function recordedHome(): Promise<string> {
  const path = await emptyHome();
  const log = await openFixtureLog(path);
  log.note("handoff", { change: "new", path: ".envrc" });
  await log.decision(decisionOf(1, { credential: "work/api" }));
  log.outcome(outcomeOf(1));
  await log.decision(
    decisionOf(2, { verdict: "deny", reason: "host-not-allowed", host: "evil.example" }),
  );
  log.outcome(outcomeOf(2, { outcome: "refused", status: 403, bytesUp: 0, bytesDown: 90 }));
  await log.decision(decisionOf(3, { port: 8443, flags: ["foreign-credential"] }));
  await log.end({ status: 0, requests: 3, refused: 1 });
  return path;
}

/** A home with a folder for one session; returns the path of its log, which isn't there yet. */
async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-home-"));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  });
  vi.stubEnv("VAULTBOX_HOME", home);
  const folder = join(home, "state", "sessions", fixtureSession);
  await mkdir(folder, { recursive: true });
  return join(folder, "audit.jsonl");
}

async function openFixtureLog(path: string): ReturnType<typeof openAuditLog> {
  const now = (): number => Date.UTC(2026, 0, 31, 12);
  const log = await openAuditLog(path, { session: fixtureSession, now });
  await log.start({ ...startFacts, command: ["claude", "-p"] });
  return log;
}

/** What a command line prints on stdout; rejects as the command does. */
async function stdoutOf(...args: readonly string[]): Promise<string> {
  let text = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await buildCommand().parseAsync(args, { from: "user" });
  } finally {
    write.mockRestore();
  }
  return text;
}

test("audit show lists the newest session's requests and sums them up", async () => {
  const path = await recordedHome();
  expect((await stdoutOf("show")).replace(path, "LOG")).toMatchInlineSnapshot(`
    "session 0123456789ab

      Log: LOG
      Command: claude -p
      Started: 2026-01-31T12:00:00.000Z
      Ended: 2026-01-31T12:00:00.000Z, exit status 0
      Note: 12:00:00.000 handoff change="new" path=".envrc"

    TIME (UTC)    VERDICT  STATUS  METHOD  URL                                      DOWN  TOOK  WHY
    12:00:00.000  allow    200     GET     https://api.example.com/v1/items/1       1kB   12ms  --allow with work/api
    12:00:00.000  deny     403     GET     https://evil.example/v1/items/2          90B   12ms  host-not-allowed
    12:00:00.000  allow    -       GET     https://api.example.com:8443/v1/items/3  -     -     no outcome [foreign-credential]

    3 requests, 1 refused, 10B up, 1.1kB down
    reasons: host-not-allowed (1)
    hosts: api.example.com (2), evil.example (1)
    credentials used: work/api (1)
    flagged: foreign-credential (1)
    allow: vaultbox run --allow 'GET https://evil.example/v1/items/2' …
    "
  `);
});

test("audit show lists all that the run left, whole, which the terminal's report points at", async () => {
  const path = await recordedHome();
  const long = `a/${"b".repeat(400)}/node_modules/.bin/c`;
  const entries = [
    { change: "disabled", kind: "repositories", path: "sub/.git", detail: "sets core.fsmonitor" },
    ...Array.from({ length: 3000 }, (_, index) => ({
      change: "new",
      kind: "npm",
      path: `p${index}`,
    })),
    { change: "new", kind: "node_modules/.bin", path: long },
  ];
  const compiled = { count: 3, tools: ["Python"], paths: ["a.pyc", "b.pyc"] };
  const handoff = {
    entries,
    compiled,
    more: 2,
    complete: false,
    unseen: "it took too long",
    tookMs: 1,
  };
  await writeFile(join(dirname(path), "handoff.json"), JSON.stringify(handoff));
  const lines = (await stdoutOf("show")).split("\n");
  const from = lines.indexOf("left for programs of this machine to run or go by:");
  const left = lines.slice(from, lines.indexOf("", from));
  expect([...left.slice(0, 3), ...left.slice(-9)]).toEqual([
    "left for programs of this machine to run or go by:",
    "  disabled   repositories: sub/.git: sets core.fsmonitor",
    "  new        npm: p0",
    `  new        node_modules/.bin: ${long}`,
    "  and 2 more, which no list has",
    "compiled files, new or changed, which run instead of source (Python):",
    "  a.pyc",
    "  b.pyc",
    "  and 1 more, which no list has",
    "warning: not all that the sandbox left in the workspace was looked at: it took too long",
    expect.stringContaining("don't run git"),
    expect.stringContaining("the end of the next run"),
  ]);
  // Nothing is said twice
  expect(lines.filter((line) => line.includes(".envrc"))).toEqual([]);
  const json = JSON.parse(await stdoutOf("show", "--json")) as { readonly handoff: unknown };
  expect(json.handoff).toEqual(handoff);
  await writeFile(join(dirname(path), "handoff.json"), "{");
  expect(await stdoutOf("show")).toContain('Note: 12:00:00.000 handoff change="new" path=".envrc"');
});

test("audit show keeps what the filters ask for, and says the same as JSON", async () => {
  await recordedHome();
  const text = await stdoutOf("show", fixtureSession.slice(0, 4), "--refused", "--limit", "1");
  expect(text).toContain("https://evil.example/v1/items/2");
  expect(text).not.toContain("api.example.com/v1");
  const json: unknown = JSON.parse(await stdoutOf("show", "--refused", "--json"));
  expect(json).toMatchObject({
    session: fixtureSession,
    start: { command: ["claude", "-p"] },
    end: { status: 0 },
    matched: 1,
    requests: [{ decision: { host: "evil.example" }, outcome: { status: 403 } }],
    summary: { requests: 3, refused: 1 },
  });
});

test("audit show says how many requests the limit hides", async () => {
  await recordedHome();
  expect(await stdoutOf("show", "--limit", "1")).toContain("2 earlier ones match too, see --limit");
  expect(await stdoutOf("show", "--host", "nowhere.example")).toContain("no request matches");
});

test.each([[[]], [["--refused"]]])(
  "audit show %j of a session without requests says that none was made, not that none matches",
  async (filter) => {
    const log = await openFixtureLog(await emptyHome());
    await log.end({ status: 0, requests: 0, refused: 0 });
    const lines = (await stdoutOf("show", ...filter)).split("\n");
    expect(lines.slice(-4)).toEqual([
      "no request was made",
      "",
      "0 requests, 0 refused, 0B up, 0B down",
      "",
    ]);
  },
);

test("audit follow prints one line for each event and ends with the session", async () => {
  await recordedHome();
  expect(await stdoutOf("follow")).toMatchInlineSnapshot(`
    "12:00:00.000  start  claude -p
    12:00:00.000  note   handoff change="new" path=".envrc"
    12:00:00.000  allow  GET https://api.example.com/v1/items/1  --allow with work/api
    12:00:00.000  200    GET https://api.example.com/v1/items/1  10B up, 1kB down, 12ms
    12:00:00.000  deny   GET https://evil.example/v1/items/2  host-not-allowed
    12:00:00.000  403    GET https://evil.example/v1/items/2  0B up, 90B down, 12ms  refused
    12:00:00.000  allow  GET https://api.example.com:8443/v1/items/3  --allow [foreign-credential]
    12:00:00.000  end    exit status 0
    "
  `);
  const lines = (await stdoutOf("follow", "--json")).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ]);
});

test("audit verify says that a log is intact, and fails with the line where it isn't", async () => {
  const path = await recordedHome();
  expect(await stdoutOf("verify")).toBe(`session ${fixtureSession}: intact, 8 records, ended\n`);
  expect(JSON.parse(await stdoutOf("verify", path, "--json"))).toMatchObject({
    status: "intact",
    findings: [],
  });
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace("evil.example", "good.example"));
  await expect(stdoutOf("verify")).rejects.toMatchObject({
    code: "VBX_AUDIT_DAMAGED",
    message: expect.stringContaining("line 5: its hash is not that of its content"),
  });
});

test("a log whose last line is incomplete is no damage", async () => {
  const path = await recordedHome();
  const text = await readFile(path, "utf8");
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-cut-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = await openAuditLog(join(folder, "audit.jsonl"), { session: fixtureSession });
  await log.close();
  await writeFile(join(folder, "audit.jsonl"), text.slice(0, 40));
  expect(await stdoutOf("verify", join(folder, "audit.jsonl"))).toContain("incomplete-last-line");
});

test("filters that can't be meant are refused with what to write", () => {
  const now = Date.UTC(2026, 0, 31, 12);
  expect(parseFilter({ limit: "all", since: "2h" }, now)).toEqual({
    since: "2026-01-31T10:00:00.000Z",
  });
  expect(parseFilter({ limit: "5", since: "2026-01-31T12:00:00+02:00" }, now)).toEqual({
    limit: 5,
    since: "2026-01-31T10:00:00.000Z",
  });
  for (const flags of [
    { limit: "0" },
    { limit: "-1" },
    { limit: "many" },
    { limit: "1", since: "yesterday" },
    { limit: "1", since: "2026-13-41" },
    { limit: "1", since: "2026-01-31T12:00:00" },
  ]) {
    expect(() => parseFilter(flags, now)).toThrow(expect.objectContaining({ code: "VBX_USAGE" }));
  }
});

test("a session's log copied into another session's folder, with its head, is taken for that session's by no command", async () => {
  const path = await recordedHome();
  const other = "ba9876543210";
  const folder = join(dirname(path), "..", other);
  await mkdir(folder);
  for (const name of ["audit.jsonl", "audit.head"]) {
    await copyFile(join(dirname(path), name), join(folder, name));
  }
  const copied = join(folder, "audit.jsonl");
  for (const args of [
    ["verify", other],
    ["verify", copied],
    ["show", other],
    ["follow", other],
  ]) {
    await expect(stdoutOf(...args)).rejects.toMatchObject({ code: "VBX_AUDIT_DAMAGED" });
  }
  // Where it may be anybody's, its head says whose it is
  const elsewhere = join(dirname(path), "..", "..");
  for (const name of ["audit.jsonl", "audit.head"]) {
    await copyFile(join(folder, name), join(elsewhere, name));
  }
  expect(await stdoutOf("verify", join(elsewhere, "audit.jsonl"))).toContain(fixtureSession);
  expect(await stdoutOf("verify", fixtureSession)).toContain("intact");
});
