import { expect, test } from "vitest";
import { judge } from "../../../src/demo/claims.ts";
import type { DemoEvidence } from "../../../src/demo/claims.ts";
import { apiHost, foreignKey, lastWords, refusedHost } from "../../../src/demo/demo-script.ts";

const done = { status: 0, stdout: "", stderr: "" };

function refusal(host: string, reason: string): object {
  return { decision: { type: "request.decision", verdict: "deny", host, reason } };
}

function requestWith(key: string): DemoEvidence["requests"][number] {
  const headers = { "x-api-key": key };
  const authorised = key === "real";
  return { method: "POST", target: "/", path: "/", headers, body: "", authorised };
}

const good: DemoEvidence = {
  run: { ...done, stdout: `…\n${lastWords}\n` },
  requests: [requestWith("real")],
  secret: "real",
  box: { secretHits: 0, controlHits: 3, bytes: 1_000_000 },
  auditShow: {
    ...done,
    stdout: JSON.stringify({
      requests: [refusal(refusedHost, "host-not-allowed"), refusal(apiHost, "foreign-credential")],
    }),
  },
  auditVerify: done,
  inUse: [{ containers: 2, volumes: 1 }],
  left: { containers: 0, volumes: 0 },
};

function failedClaims(evidence: DemoEvidence): readonly string[] {
  return judge(evidence)
    .filter(({ held }) => !held)
    .map(({ claim }) => claim);
}

test("every claim holds when the evidence is there", () => {
  expect(failedClaims(good)).toEqual([]);
});

test.each<[string, Partial<DemoEvidence>]>([
  ["the agent completed", { run: { ...done, status: 1, stdout: lastWords } }],
  ["the agent completed", { run: done }],
  ["the secret is nowhere", { box: { ...good.box, secretHits: 1 } }],
  ["the secret is nowhere", { box: { ...good.box, controlHits: 0 } }],
  ["the API got the real key", { requests: [] }],
  ["the API got the real key", { requests: [requestWith("real"), requestWith("placeholder")] }],
  ["nothing of the sandbox is left", { left: { containers: 1, volumes: 0 } }],
  ["nothing of the sandbox is left", { left: { containers: 0, volumes: 1 } }],
  ["nothing of the sandbox is left", { inUse: [] }],
  ["the audit log", { auditVerify: { ...done, status: 1 } }],
])("a claim fails without its evidence: %s %#", (claim, change) => {
  expect(failedClaims({ ...good, ...change })).toEqual([expect.stringContaining(claim)]);
});

test("a foreign key that arrived fails two claims, whatever the audit says", () => {
  const failed = failedClaims({
    ...good,
    requests: [requestWith("real"), requestWith(foreignKey)],
  });
  expect(failed).toHaveLength(2);
});

test("without refusals in the audit both refusals are unproven", () => {
  expect(failedClaims({ ...good, auditShow: { ...done, stdout: "no JSON" } })).toHaveLength(2);
});
