import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { readActiveSessions, readState } from "../../../src/base/session-state.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import type { EgressPolicy } from "../../../src/policy/policy.ts";
import { type PreparedSession, prepareSession } from "../../../src/session/prepare-session.ts";
import { Session, type SessionEvent } from "../../../src/session/session.ts";
import { startRecordingUpstream } from "../../support/proxy-fixture.ts";

const source = { kind: "flag", label: "--allow" } as const;

function allow(...rules: readonly string[]): EgressPolicy {
  return { rules: rules.map((text) => parseRule(text, { source })), limits: {} };
}

async function beginSession(): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-session-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const facts = { command: [], agent: "", workspace: "/w", writable: ["/w"] };
  return await Session.begin(resolvePaths({ VAULTBOX_HOME: folder }), facts);
}

async function ask({ proxy }: PreparedSession): Promise<string> {
  const [client, server] = duplexPair();
  proxy.accept(server);
  client.write("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
  let answer = "";
  for await (const chunk of client as AsyncIterable<Buffer>) answer += chunk.toString();
  return answer;
}

test("a session decides by a new policy once its log has the hash of it, and tells every listener", async () => {
  await using upstream = await startRecordingUpstream();
  const session = await beginSession();
  const heard: SessionEvent[][] = [[], []];
  for (const events of heard) session.listen((event) => void events.push(event));
  const connectTo = [`a.example:80:127.0.0.1:${upstream.port}`];
  const plan = { policy: allow(), vaults: [], upstream: { connectTo, upstreamCa: [], env: {} } };
  let auditPath = "";
  {
    await using whole = session;
    void whole;
    const prepared = await prepareSession(session, plan, { env: {}, facts: { agent: "x" } });
    auditPath = prepared.audit.path;
    await prepared.audit.start({ command: [], policyHash: "first", vaults: [] });
    expect(await ask(prepared)).toMatch(/^HTTP\/1\.1 403 /);
    await prepared.replacePolicy({ policy: allow("GET http://a.example"), hash: "second" });
    expect(await ask(prepared)).toMatch(/^HTTP\/1\.1 200 /);
    await prepared.replacePolicy({ policy: allow(), hash: "third" });
    expect(await ask(prepared)).toMatch(/^HTTP\/1\.1 403 /);
    session.status = 0;
  }
  const lines = (await readFile(auditPath, "utf8")).trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const told = events.flatMap(({ type, verdict, detail, note }) => {
    if (type === "request.decision") return [verdict];
    return note === "policy-replaced" ? [detail] : [];
  });
  const [second, third] = [{ policyHash: "second" }, { policyHash: "third" }];
  expect(told).toEqual(["deny", second, "allow", third, "deny"]);
  expect(events.at(-1)).toMatchObject({ type: "session.end", status: 0, requests: 3, refused: 2 });
  expect(heard[0]).toEqual(heard[1]);
  expect(heard[0]?.map(({ type }) => type)).toContain("recorded");
  expect(await readState(session.paths, session.state.id)).toMatchObject({ agent: "x", status: 0 });
  expect(await readActiveSessions(session.paths)).toEqual([]);
});
