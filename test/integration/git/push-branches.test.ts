import { mkdir, writeFile } from "node:fs/promises";
import { type PushCase, describePushes } from "./push-table.ts";

const x = "refs/heads/agent/x";
const main = "refs/heads/main";

/** Moves a branch of the server after the client has read its refs. */
const raceHook = (folder: string, ref: string, id: string): string =>
  `#!/bin/sh\nexec git --git-dir=${folder} update-ref ${ref} ${id}\n`;

const cases: readonly PushCase[] = [
  {
    name: "a new branch that the rule covers is made",
    local: { "refs/heads/agent/new": "work3" },
    push: ["URL", "agent/new"],
    after: { "refs/heads/agent/new": "work3" },
  },
  { name: "a fast-forward is done", push: ["URL", "agent/x"], after: { [x]: "work3" } },
  {
    name: "a fast-forward over several commits is done",
    local: { [x]: "work4" },
    push: ["URL", "agent/x"],
    after: { [x]: "work4" },
  },
  {
    name: "a fast-forward is done with --force too",
    push: ["--force", "URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "the same command line is refused when the commit was amended",
    local: { [x]: "amended" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "amended" },
  },
  {
    name: "a rebased branch is refused",
    local: { [x]: "rebased" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "rebased" },
    says: [/vaultbox: .*/, /\[remote rejected\] agent\/x -> agent\/x/],
  },
  {
    name: "a refspec with + is refused when it rewrites",
    local: { [x]: "amended" },
    push: ["URL", "+agent/x"],
    unchecked: { [x]: "amended" },
  },
  {
    name: "a refspec with + is done when it doesn't rewrite",
    push: ["URL", "+agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "--force-with-lease doesn't make a rewrite allowed",
    local: { [x]: "amended" },
    push: ({ push, ids }) => push([`--force-with-lease=${x}:${ids.work2}`, "URL", "agent/x"]),
    unchecked: { [x]: "amended" },
  },
  {
    name: "--force-with-lease is done when it doesn't rewrite",
    push: ({ push, ids }) => push([`--force-with-lease=${x}:${ids.work2}`, "URL", "agent/x"]),
    after: { [x]: "work3" },
  },
  {
    name: "git's own refusal of a push without --force reaches the client",
    local: { [x]: "amended" },
    push: ["URL", "agent/x"],
    says: [/\[rejected\]/],
  },
  {
    name: "a rewrite is done where the rule allows it",
    rule: { force: true },
    local: { [x]: "amended" },
    push: ["--force", "URL", "agent/x"],
    after: { [x]: "amended" },
  },
  {
    name: "force in the rule doesn't reach other branches",
    rule: { force: true },
    local: { [main]: "rebased" },
    push: ["--force", "URL", "main"],
    unchecked: { [main]: "rebased" },
  },
  {
    name: "taking the last commit back is refused",
    local: { [x]: "work1" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "work1" },
  },
  {
    name: "a branch that jumps to a commit which upstream has elsewhere is refused",
    local: { [x]: "main2" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "main2" },
  },
  {
    name: "deleting is refused",
    push: ["URL", ":agent/x"],
    unchecked: { [x]: undefined },
  },
  {
    name: "deleting by --delete is refused",
    push: ["--delete", "URL", "agent/x"],
    unchecked: { [x]: undefined },
  },
  {
    name: "deleting is done where the rule allows it",
    rule: { delete: true },
    push: ["URL", ":agent/x"],
    after: { [x]: undefined },
    fails: false,
  },
  {
    name: "delete in the rule doesn't reach other branches",
    rule: { delete: true },
    upstream: { [main]: "main2", "refs/heads/release": "main1" },
    push: ["URL", ":release"],
    unchecked: { "refs/heads/release": undefined },
  },
  {
    name: "a fast-forward of main is refused",
    local: { [main]: "mergeFromMain" },
    push: ["URL", "main"],
    unchecked: { [main]: "mergeFromMain" },
    says: [/remote: vaultbox: .*agent\/\*/, /\[remote rejected\] main -> main \(/],
  },
  {
    name: "the allowed branch's commits don't go to main",
    local: { [x]: "mergeFromMain" },
    push: ["URL", "agent/x:main"],
    unchecked: { [main]: "mergeFromMain" },
  },
  {
    name: "taking commits out of main is refused",
    local: { [main]: "main1" },
    push: ["--force", "URL", "main"],
    unchecked: { [main]: "main1" },
  },
  {
    name: "--no-verify changes nothing: the check isn't a hook",
    local: { [main]: "mergeFromMain" },
    push: ["--no-verify", "URL", "main"],
    unchecked: { [main]: "mergeFromMain" },
  },
  {
    name: "a new branch is refused where the rule says create: false",
    rule: { create: false },
    local: { "refs/heads/agent/new": "work3" },
    push: ["URL", "agent/new"],
    unchecked: { "refs/heads/agent/new": "work3" },
  },
  {
    name: "a branch that's there is updated under create: false",
    rule: { create: false },
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "a merge of upstream's main into the branch is a fast-forward",
    local: { [x]: "mergeOfMain" },
    push: ["URL", "agent/x"],
    after: { [x]: "mergeOfMain" },
  },
  {
    name: "a merge that has the old tip as its second parent is a fast-forward",
    local: { [x]: "mergeFromMain" },
    push: ["--force", "URL", "agent/x"],
    after: { [x]: "mergeFromMain" },
  },
  {
    name: "a merge with unrelated history is a fast-forward",
    local: { [x]: "mergeOfUnrelated" },
    push: ["URL", "agent/x"],
    after: { [x]: "mergeOfUnrelated" },
  },
  {
    name: "unrelated history over a branch is refused",
    local: { [x]: "unrelated" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "unrelated" },
  },
  {
    name: "unrelated history on a new branch is done",
    local: { "refs/heads/agent/u": "unrelated" },
    push: ["URL", "agent/u"],
    after: { "refs/heads/agent/u": "unrelated" },
  },
  {
    name: "an old commit of upstream on a new branch is done, though its pack is empty",
    local: { "refs/heads/agent/old": "main1" },
    push: ["URL", "agent/old"],
    after: { "refs/heads/agent/old": "main1" },
  },
  {
    name: "a push with nothing new ends as git has it",
    local: { [x]: "work2" },
    push: ["URL", "agent/x"],
    fails: false,
    says: [/Everything up-to-date/],
  },
  {
    name: "the first push into an empty repository is done",
    upstream: {},
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "the first push into an empty repository is refused for main",
    upstream: {},
    local: { [main]: "main2" },
    push: ["URL", "main"],
    unchecked: { [main]: "main2" },
  },
  {
    name: "agent/* doesn't cover agent/a/b",
    local: { "refs/heads/agent/a/b": "work3" },
    push: ["URL", "agent/a/b"],
    unchecked: { "refs/heads/agent/a/b": "work3" },
  },
  {
    name: "agent/** covers agent/a/b",
    rule: { refs: ["refs/heads/agent/**"] },
    local: { "refs/heads/agent/a/b": "work3" },
    push: ["URL", "agent/a/b"],
    after: { "refs/heads/agent/a/b": "work3" },
  },
  {
    name: "a branch that moved after the client read it isn't overwritten",
    push: async ({ push, server, repository, folder, ids }) => {
      await mkdir(`${folder}/hooks`);
      const hook = raceHook(server.folderOf(repository), x, ids.main2);
      await writeFile(`${folder}/hooks/pre-push`, hook, { mode: 0o755 });
      return push(["URL", "agent/x"]);
    },
    after: { [x]: "main2" },
    fails: true,
    says: [/\[remote rejected\] agent\/x -> agent\/x/],
  },
];

describePushes({
  title: "every push of a branch ends as the rule says, upstream's refs being the verdict",
  score: "pushes of branches",
  cases,
});
