import { expect, test } from "vitest";
import { createSummary, summaryLines } from "../../../src/audit/summarise.ts";
import { describeUpdates } from "../../../src/audit/ref-updates.ts";
import { decisionOf, outcomeOf, summarise } from "../../support/audit-fixture.ts";

/** Without the address that was dialled: nothing was sent. */
function unsentOf(...args: Parameters<typeof outcomeOf>): ReturnType<typeof outcomeOf> {
  const { address: _address, ...outcome } = outcomeOf(...args);
  return outcome;
}

const events = [
  decisionOf(1, { credential: "default/openai" }),
  outcomeOf(1),
  decisionOf(2, { verdict: "deny", reason: "host-not-allowed", host: "evil.example" }),
  outcomeOf(2, { outcome: "refused", status: 403, bytesUp: 0, bytesDown: 0 }),
  decisionOf(3, { credential: "default/openai" }),
  unsentOf(3, { outcome: "upstream-failed", status: 502, reason: "upstream-unreachable" }),
  decisionOf(4, { verdict: "deny", reason: "host-not-allowed", flags: ["foreign-credential"] }),
  outcomeOf(4, { outcome: "limit-exceeded", status: 403, bytesUp: 0, bytesDown: 0 }),
  decisionOf(5),
  outcomeOf(5, { outcome: "refused", status: 403, reason: "address-not-allowed" }),
];

test("a summary counts each request once, by decision and outcome", () => {
  expect(summarise(events)).toEqual({
    requests: 5,
    unrecorded: 0,
    refused: 3,
    failed: 1,
    reasons: [
      { name: "host-not-allowed", count: 2 },
      { name: "address-not-allowed", count: 1 },
      { name: "upstream-unreachable", count: 1 },
    ],
    credentials: [{ name: "default/openai", count: 1 }],
    hosts: [
      { name: "api.example.com", count: 4 },
      { name: "evil.example", count: 1 },
    ],
    flags: [{ name: "foreign-credential", count: 1 }],
    pushed: [],
    pushesRefused: [],
    signed: 0,
    remedies: [{ flag: "--allow", rule: "GET https://evil.example/v1/items/2", count: 1 }],
    bytesUp: 30,
    bytesDown: 3000,
  });
});

test("a credential counts as used once it was sent, and not when it was only chosen", () => {
  const unsent = ["credential-unavailable", "address-not-allowed", "upstream-unreachable", "limit"];
  const chosen = unsent.flatMap((reason, index) => [
    decisionOf(index + 1, { credential: "default/c1" }),
    unsentOf(index + 1, { outcome: "upstream-failed", reason }),
  ]);
  expect(summarise(chosen).credentials).toEqual([]);
  const sent = outcomeOf(9, { outcome: "upstream-failed", address: "192.0.2.1" });
  const all = [...chosen, decisionOf(9, { credential: "default/c1" }), sent];
  expect(summarise(all).credentials).toEqual([{ name: "default/c1", count: 1 }]);
});

test("the summary's text says what happened and leaves out what didn't", () => {
  expect(summaryLines(summarise(events))).toEqual([
    "5 requests, 3 refused, 1 failed, 30B up, 3kB down",
    "reasons: host-not-allowed (2), address-not-allowed (1), upstream-unreachable (1)",
    "hosts: api.example.com (4), evil.example (1)",
    "credentials used: default/openai (1)",
    "flagged: foreign-credential (1)",
    `allow: vaultbox run --allow 'GET https://evil.example/v1/items/2' …`,
  ]);
  expect(summaryLines(summarise([]))).toEqual(["0 requests, 0 refused, 0B up, 0B down"]);
});

test("what was pushed, refused and signed is said by repository and ref", () => {
  const zero = "0".repeat(40);
  const [old, tip] = ["a".repeat(40), "b".repeat(40)];
  const push = decisionOf(1, {
    repository: "acme/widgets",
    updates: [
      { ref: "refs/heads/agent/x", from: zero, to: tip },
      { ref: "refs/heads/main", from: old, to: tip, refused: "not one of the refs" },
    ],
  });
  const summary = summarise([push, outcomeOf(1), decisionOf(2, { signed: tip }), outcomeOf(2)]);
  expect(summaryLines(summary)).toEqual([
    "2 requests, 0 refused, 20B up, 2kB down, 1 object signed",
    "hosts: api.example.com (2)",
    "pushed: acme/widgets agent/x (1)",
    "pushes refused: acme/widgets main (1)",
  ]);
  expect(describeUpdates(push)).toEqual([
    "agent/x new at bbbbbbb",
    "main refused: not one of the refs",
  ]);
});

test("a client that tries very many hosts doesn't grow the summary without end", () => {
  const summary = createSummary();
  for (let request = 1; request <= 3000; request += 1) {
    summary.add(decisionOf(request, { host: `h${request}.example` }));
  }
  expect(summary.current().hosts).toHaveLength(1001);
  expect(summary.current().hosts[0]).toEqual({ name: "(others)", count: 2000 });
});

test("a credential that could not be read is named with its first reason, however often it was asked for", () => {
  const why = 'cannot get the secret of "ci" from its command: cannot run "gh": exit status 4';
  const summary = createSummary();
  for (const request of [1, 2, 3]) {
    summary.add(decisionOf(request, { credential: "work/ci" }));
    const detail = request === 1 ? why : `${why} (it failed, and is asked again in ${request} s)`;
    summary.add(
      unsentOf(request, { outcome: "refused", reason: "credential-unavailable", detail }),
    );
  }
  expect(summary.current().unavailable).toEqual([{ name: why, count: 3 }]);
  expect(summaryLines(summary.current())).toContain(`credentials that failed: ${why} (3)`);
});
