import { type PushCase, describePushes } from "./push-table.ts";

const x = "refs/heads/agent/x";
const y = "refs/heads/agent/y";
const main = "refs/heads/main";
const release = "refs/heads/release";
const upstream = { [main]: "main2", [x]: "work2", [release]: "main1" } as const;
/** A pack can't be cut: what came for a refused ref would be on the server all the same. */
const wholePack = /\[remote rejected\] agent\/x -> agent\/x \(not done: its pack holds/;
const everything = { refs: ["refs/**"], force: true, delete: true, tags: true };

const cases: readonly PushCase[] = [
  {
    name: "a tag is refused",
    local: { "refs/tags/v1": "work2" },
    push: ["URL", "v1"],
    unchecked: { "refs/tags/v1": "work2" },
  },
  {
    name: "an annotated tag is refused",
    local: { "refs/tags/v1": "tag" },
    push: ["URL", "v1"],
    unchecked: { "refs/tags/v1": "tag" },
  },
  {
    name: "a tag named as the branches are is refused without tags: true",
    local: { "refs/tags/agent/v1": "work2" },
    push: ["URL", "refs/tags/agent/v1"],
    unchecked: { "refs/tags/agent/v1": "work2" },
  },
  {
    name: "a tag is made under tags: true",
    rule: { tags: true },
    local: { "refs/tags/agent/v1": "work2" },
    push: ["URL", "refs/tags/agent/v1"],
    after: { "refs/tags/agent/v1": "work2" },
  },
  {
    name: "an annotated tag is made under tags: true",
    rule: { tags: true },
    local: { "refs/tags/agent/v1": "tag3" },
    push: ["URL", "refs/tags/agent/v1"],
    after: { "refs/tags/agent/v1": "tag3" },
  },
  {
    name: "tags: true covers tags by the names of the branches only",
    rule: { tags: true },
    local: { "refs/tags/v1": "work2" },
    push: ["URL", "v1"],
    unchecked: { "refs/tags/v1": "work2" },
  },
  {
    name: "a tag isn't moved without force: true",
    rule: { tags: true },
    upstream: { ...upstream, "refs/tags/agent/v1": "work2" },
    local: { "refs/tags/agent/v1": "amended" },
    push: ["--force", "URL", "refs/tags/agent/v1"],
    unchecked: { "refs/tags/agent/v1": "amended" },
  },
  {
    name: "a tag isn't moved forward without force: true either",
    rule: { tags: true },
    upstream: { ...upstream, "refs/tags/agent/v1": "work2" },
    local: { "refs/tags/agent/v1": "work3" },
    push: ["--force", "URL", "refs/tags/agent/v1"],
    unchecked: { "refs/tags/agent/v1": "work3" },
    says: [/remote: vaultbox: .*would move a tag/],
  },
  {
    name: "a tag is moved under tags: true and force: true",
    rule: { tags: true, force: true },
    upstream: { ...upstream, "refs/tags/agent/v1": "work2" },
    local: { "refs/tags/agent/v1": "amended" },
    push: ["--force", "URL", "refs/tags/agent/v1"],
    after: { "refs/tags/agent/v1": "amended" },
  },
  {
    name: "a tag isn't deleted without delete: true",
    rule: { tags: true },
    upstream: { ...upstream, "refs/tags/agent/v1": "work2" },
    push: ["URL", ":refs/tags/agent/v1"],
    unchecked: { "refs/tags/agent/v1": undefined },
  },
  {
    name: "--follow-tags: the branch would bring the tag's object along, so neither goes",
    local: { [x]: "work3", "refs/tags/v1": "tag3" },
    push: ["--follow-tags", "URL", "agent/x"],
    unchecked: { [x]: "work3", "refs/tags/v1": "tag3" },
    says: [wholePack, /\[remote rejected\] v1 -> v1 \(/, /remote: vaultbox: /],
  },
  {
    name: "notes are refused",
    local: { "refs/notes/commits": "notes" },
    push: ["URL", "refs/notes/commits"],
    unchecked: { "refs/notes/commits": "notes" },
  },
  {
    name: "refs/for/main, which Gerrit takes as a change, is refused",
    push: ["URL", "agent/x:refs/for/main"],
    unchecked: { "refs/for/main": "work3" },
  },
  {
    name: "refs/pull/1/head is refused",
    push: ["URL", "agent/x:refs/pull/1/head"],
    unchecked: { "refs/pull/1/head": "work3" },
  },
  {
    name: "refs/replace is refused",
    push: ["URL", `agent/x:refs/replace/${"1".repeat(40)}`],
    unchecked: { [`refs/replace/${"1".repeat(40)}`]: "work3" },
  },
  {
    name: "a branch whose name has the rule's pattern behind another folder is refused",
    push: ["URL", "agent/x:refs/heads/refs/heads/agent/x"],
    unchecked: { "refs/heads/refs/heads/agent/x": "work3" },
  },
  {
    name: "case counts in names of branches",
    push: ["URL", "agent/x:refs/heads/Agent/x"],
    unchecked: { "refs/heads/Agent/x": "work3" },
  },
  {
    name: "HEAD as a destination is refused",
    push: ["URL", "agent/x:HEAD"],
    unchecked: { "refs/heads/HEAD": "work3" },
  },
  {
    name: "a branch called --mirror is refused whatever the rule covers",
    rule: everything,
    push: ["URL", "agent/x:refs/heads/--mirror"],
    unchecked: { "refs/heads/--mirror": "work3" },
    says: [/^remote: vaultbox: the push cannot be read: .* is no name of a ref to push to/m],
  },
  {
    name: "a branch called agent/-f is refused whatever the rule covers",
    rule: everything,
    push: ["URL", "agent/x:refs/heads/agent/-f"],
    unchecked: { "refs/heads/agent/-f": "work3" },
    says: [/^remote: vaultbox: the push cannot be read: .* is no name of a ref to push to/m],
  },
  {
    name: "a branch with letters of other scripts is made",
    push: ["URL", "agent/x:refs/heads/agent/übung-日本語"],
    after: { "refs/heads/agent/übung-日本語": "work3" },
  },
  {
    name: "a branch with an invisible character in its name is refused",
    push: ["URL", "agent/x:refs/heads/agent/a\u200bb"],
    unchecked: { "refs/heads/agent/a\u200bb": "work3" },
    says: [/^remote: vaultbox: the push cannot be read: .* is no name of a ref to push to/m],
  },
  {
    name: "a branch with a long name is made",
    push: ["URL", `agent/x:refs/heads/agent/${"n".repeat(200)}`],
    after: { [`refs/heads/agent/${"n".repeat(200)}`]: "work3" },
  },
  {
    name: "a name of more than a kilobyte is refused",
    rule: { refs: ["refs/heads/**"] },
    push: ["URL", `agent/x:refs/heads/agent${"/n23456789".repeat(110)}`],
    unchecked: { [`refs/heads/agent${"/n23456789".repeat(110)}`]: "work3" },
    says: [/^remote: vaultbox: the push cannot be read: .* is no name of a ref to push to/m],
  },
  {
    name: "of two branches the allowed one goes, the other doesn't",
    local: { [x]: "work3", [main]: "work3" },
    push: ["--force", "URL", "agent/x", "main"],
    after: { [x]: "work3" },
    unchecked: { [x]: "work3", [main]: "work3" },
    fails: true,
    says: [/agent\/x -> agent\/x$/m, /\[remote rejected\] main -> main \(/, /remote: vaultbox: /],
  },
  {
    name: "of two branches none goes when the pack would bring the other's commit",
    local: { [x]: "work3", [main]: "mergeFromMain" },
    push: ["URL", "agent/x", "main"],
    unchecked: { [x]: "work3", [main]: "mergeFromMain" },
    says: [wholePack, /\[remote rejected\] main -> main \(/, /remote: vaultbox: /],
  },
  {
    name: "of two branches the one that rewrites doesn't go",
    local: { [x]: "work1", [y]: "work3" },
    push: ["--force", "URL", "agent/x", "agent/y"],
    after: { [y]: "work3" },
    unchecked: { [x]: "work1", [y]: "work3" },
    fails: true,
    says: [/agent\/y -> agent\/y$/m, /\[remote rejected\] agent\/x -> agent\/x \(/],
  },
  {
    name: "of two branches none goes when one's commit was amended",
    local: { [x]: "amended", [y]: "work3" },
    push: ["--force", "URL", "agent/x", "agent/y"],
    unchecked: { [x]: "amended", [y]: "work3" },
    says: [/agent\/y -> agent\/y \(not done: its pack/, /agent\/x -> agent\/x \(would drop/],
  },
  {
    name: "two allowed branches go together",
    local: { [x]: "work3", [y]: "rebased" },
    push: ["URL", "agent/x", "agent/y"],
    after: { [x]: "work3", [y]: "rebased" },
  },
  {
    name: "two forbidden branches stay",
    upstream,
    local: { [main]: "mergeFromMain", [release]: "main2" },
    push: ["URL", "main", "release"],
    unchecked: { [main]: "mergeFromMain", [release]: "main2" },
  },
  {
    name: "--atomic with one forbidden branch does nothing",
    local: { [x]: "work3", [main]: "mergeFromMain" },
    push: ["--atomic", "URL", "agent/x", "main"],
    unchecked: { [x]: "work3", [main]: "mergeFromMain" },
  },
  {
    name: "--atomic with allowed branches is done",
    local: { [x]: "work3", [y]: "rebased" },
    push: ["--atomic", "URL", "agent/x", "agent/y"],
    after: { [x]: "work3", [y]: "rebased" },
  },
  {
    name: "an update and a deletion: only the update is done",
    upstream: { ...upstream, [y]: "work1" },
    push: ["URL", "agent/x", ":agent/y"],
    after: { [x]: "work3" },
    unchecked: { [x]: "work3", [y]: undefined },
    fails: true,
    says: [/\[remote rejected\] agent\/y \(/],
  },
  {
    name: "--mirror deletes and makes nothing that the rule doesn't cover",
    upstream,
    local: { [x]: "work3", [main]: "main2", "refs/tags/v1": "work2" },
    push: ["--mirror", "URL"],
    after: { [x]: "work3" },
    unchecked: { [x]: "work3", [release]: undefined, "refs/tags/v1": "work2" },
    fails: true,
  },
  {
    name: "--all pushes the allowed branches only",
    upstream,
    local: { [x]: "work3", [y]: "rebased", [main]: "rebased" },
    push: ["--all", "URL"],
    after: { [x]: "work3", [y]: "rebased" },
    unchecked: { [x]: "work3", [y]: "rebased", [main]: "rebased" },
    fails: true,
  },
  {
    name: "--prune deletes nothing",
    upstream,
    local: { [x]: "work3", [main]: "main2" },
    push: ["--prune", "URL", "refs/heads/*:refs/heads/*"],
    after: { [x]: "work3" },
    unchecked: { [x]: "work3", [release]: undefined },
    fails: true,
  },
  {
    name: "--tags doesn't push tags",
    local: { [x]: "work3", "refs/tags/v1": "tag", "refs/tags/v2": "work1" },
    push: ["--tags", "URL"],
    unchecked: { "refs/tags/v1": "tag", "refs/tags/v2": "work1" },
  },
  {
    name: "a push of many refs, one of them forbidden",
    local: {
      ...Object.fromEntries(many().map((ref) => [ref, "mergeFromMain" as const])),
      [main]: "mergeFromMain",
    },
    push: ["--all", "URL"],
    after: Object.fromEntries(many().map((ref) => [ref, "mergeFromMain" as const])),
    unchecked: {
      ...Object.fromEntries(many().map((ref) => [ref, "mergeFromMain" as const])),
      [main]: "mergeFromMain",
    },
    fails: true,
  },
];

function many(): readonly string[] {
  return Array.from({ length: 60 }, (_, number) => `refs/heads/agent/n${number}`);
}

describePushes({
  title: "every push of other refs, and of several, ends as the rule says",
  score: "pushes of tags, odd names and several refs",
  cases,
});
