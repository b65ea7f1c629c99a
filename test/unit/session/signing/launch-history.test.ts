import { compileGitRules } from "../../../../src/git/entry/git-rules.ts";
import { expect, onTestFinished, test, vi } from "vitest";
import type { PushInquiry } from "../../../../src/git/push/cache/push-inquiry.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { createKnownHistory } from "../../../../src/git/signing/known-history.ts";
import { openLaunchHistory } from "../../../../src/session/signing/launch-history.ts";
import type { RepositoryFacts } from "../../../../src/workspace/git-dir/repository-facts.ts";
import { githubRule } from "../../../support/github-standin.ts";
import { createHash } from "node:crypto";

const facts: RepositoryFacts = {
  workTree: "/w",
  gitDirectory: "/w/.git",
  commonDirectory: "/w/.git",
  objectFormat: "sha1",
  branch: "main",
  tips: [],
  remotes: [],
  settings: [],
  configIssues: [],
  isForeign: false,
  isBranchRemote: false,
};
const neverAsked = {
  policy: compileGitRules([]),
  inspector: { open: () => Promise.reject<PushInquiry>(new Error("it was asked")) },
};

test("a repository is empty when it has no ref and one could be read", () => {
  const isEmpty = (change: Partial<RepositoryFacts>): boolean =>
    openLaunchHistory({ ...facts, ...change }, neverAsked).isEmpty;
  expect(isEmpty({})).toBe(true);
  expect(isEmpty({ tips: ["a".repeat(40)] })).toBe(false);
  // Refs in git's table format: HEAD is a stand-in
  expect(isEmpty({ branch: ".invalid" })).toBe(false);
});

test.each(["", "/srv/git/x", "ext::sh -c true", "https://example.com/acme/widgets"])(
  "a remote that can't be asked is not asked: %j",
  async (remoteUrl) => {
    const history = openLaunchHistory({ ...facts, remoteUrl }, neverAsked);
    expect(await history.isUpstream("a".repeat(40))).toBe(false);
  },
);

test("what an upstream says when it is asked is not printed", async () => {
  vi.stubEnv("VAULTBOX_DEBUG", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const printed = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const said = new Refusal(502, "upstream-invalid", "the server says: you sent a secret");
  const history = openLaunchHistory(
    { ...facts, remoteUrl: "https://github.com/acme/widgets" },
    {
      policy: compileGitRules([githubRule({ scheme: "https", host: "github.com", port: 443 })]),
      inspector: { open: () => Promise.reject<PushInquiry>(said) },
    },
  );
  expect(await history.isUpstream("a".repeat(40))).toBe(false);
  const lines = printed.mock.calls.map(([text]) => String(text));
  printed.mockRestore();
  expect(lines).toEqual([
    "vaultbox: debug: signing: the upstream was not asked: upstream-invalid\n",
  ]);
});

test("the upstream is asked once about what it has", async () => {
  const asked: string[] = [];
  const id = "a".repeat(40);
  const known = createKnownHistory({
    isEmpty: false,
    isTip: () => false,
    isUpstream: (one) => {
      asked.push(one);
      return Promise.resolve(one === id);
    },
  });
  expect([await known.isFound(id), await known.isFound(id)]).toEqual([true, true]);
  expect(await known.isFound("b".repeat(40))).toBe(false);
  expect(asked).toEqual([id, "b".repeat(40)]);
});

function commit(parent: string): { readonly id: string; readonly entry: string } {
  const content = `tree ${"a".repeat(40)}\nparent ${parent}\nauthor x\n\nx\n`;
  const id = createHash("sha1").update(`commit ${content.length}\0${content}`).digest("hex");
  return { id, entry: `${id} commit ${content.length}\n${content}\n` };
}

test("shown commits make their parents known only when they hang together with a ref of the launch", () => {
  const oldest = "b".repeat(40);
  const middle = commit(oldest);
  const tip = commit(middle.id);
  const open = (list: string, tips = [tip.id]) => {
    const known = createKnownHistory(openLaunchHistory({ ...facts, tips }, neverAsked));
    known.learn(Buffer.from(list));
    return known;
  };
  const isKnown = (list: string, tips?: string[]): boolean => open(list, tips).isKnown(oldest);
  expect(isKnown(tip.entry + middle.entry)).toBe(true);
  // A link is missing, or the list doesn't begin at a ref
  expect(isKnown(tip.entry)).toBe(false);
  expect(isKnown(middle.entry)).toBe(false);
  expect(isKnown(tip.entry + middle.entry, ["c".repeat(40)])).toBe(false);
  // A commit under the id of another one
  const forged = commit("d".repeat(40));
  const lie = forged.entry.replace(forged.id, tip.id);
  expect(open(lie).isKnown("d".repeat(40))).toBe(false);
  // What was signed in the session shows nothing about the launch
  const known = open("", ["c".repeat(40)]);
  known.add(tip.id);
  known.learn(Buffer.from(tip.entry));
  expect(known.isKnown(middle.id)).toBe(false);
});
