import { type PushCase, type Refs, describePushes } from "./push-table.ts";

const x = "refs/heads/agent/x";
const workflows = { denyPaths: [".github/workflows/**"] };
const docs = { denyPaths: ["docs/**"] };

/** A fast-forward of agent/x to a commit that changes a denied path. */
function denied(name: string, commit: NonNullable<Refs[string]>, rule = workflows): PushCase {
  return {
    name,
    rule,
    local: { [x]: commit },
    push: ["URL", "agent/x"],
    unchecked: { [x]: commit },
    says: [/remote: vaultbox: /, /\[remote rejected\] agent\/x -> agent\/x \(/],
  };
}

const cases: readonly PushCase[] = [
  denied("a workflow is changed", "workflow3"),
  denied("a workflow is changed and changed back", "workflowBack"),
  denied("a workflow comes in by the second parent of a merge", "mergeOfWorkflow"),
  denied("a workflow is changed in the merge itself", "evilMerge"),
  {
    ...denied("a merge of a main that upstream doesn't have brings its workflow in", "mergeOfMain"),
    upstream: { "refs/heads/main": "main1", [x]: "work2" },
  },
  denied("a file is renamed into the workflows", "workflowRename"),
  denied("a workflow is deleted", "workflowDelete"),
  denied("a folder differs from the workflows by case", "workflowCase"),
  denied("a workflow becomes executable", "workflowMode"),
  denied("a symlink replaces the workflows", "symlinkOver"),
  denied("a symlink replaces the folder above the workflows", "symlinkParent"),
  denied("a submodule replaces the workflows", "submoduleOver"),
  denied("a symlink takes the place of a denied folder that isn't there", "docsLink", docs),
  denied("a submodule takes the place of a denied folder that isn't there", "docsModule", docs),
  {
    name: "a new branch with a changed workflow",
    rule: workflows,
    local: { "refs/heads/agent/new": "workflow3" },
    push: ["URL", "agent/new"],
    unchecked: { "refs/heads/agent/new": "workflow3" },
  },
  {
    name: "a new branch whose history begins with a workflow",
    rule: workflows,
    upstream: {},
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
  },
  {
    name: "a tag at a changed workflow",
    rule: { ...workflows, tags: true },
    local: { "refs/tags/agent/v1": "workflow3" },
    push: ["URL", "refs/tags/agent/v1"],
    unchecked: { "refs/tags/agent/v1": "workflow3" },
  },
  {
    name: "two branches, one with a changed workflow in the same pack",
    rule: workflows,
    local: { [x]: "workflow3", "refs/heads/agent/y": "rebased" },
    push: ["URL", "agent/x", "agent/y"],
    unchecked: { [x]: "workflow3", "refs/heads/agent/y": "rebased" },
    says: [/agent\/y -> agent\/y \(not done: its pack/, /agent\/x -> agent\/x \(/],
  },
  {
    name: "a forced push with a changed workflow under force: true",
    rule: { ...workflows, force: true },
    local: { [x]: "workflowSide" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "workflowSide" },
  },
  {
    name: "other files may be changed",
    rule: workflows,
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "a new branch that took over what upstream's main did to its workflows is made",
    rule: workflows,
    upstream: { "refs/heads/main": "main2" },
    local: { "refs/heads/agent/new": "mergeOfMain" },
    push: ["URL", "agent/new"],
    after: { "refs/heads/agent/new": "mergeOfMain" },
  },
  {
    name: "a branch that upstream has takes over what upstream's main did to its workflows",
    rule: workflows,
    upstream: { "refs/heads/main": "main2", [x]: "work2" },
    local: { [x]: "mergeOfMain" },
    push: ["URL", "agent/x"],
    after: { [x]: "mergeOfMain" },
  },
  {
    name: "a new branch from upstream's commits, which changed workflows, is made",
    rule: workflows,
    local: { "refs/heads/agent/new": "rebased" },
    push: ["URL", "agent/new"],
    after: { "refs/heads/agent/new": "rebased" },
  },
  {
    name: "workflows may be changed where the rule denies no paths",
    local: { [x]: "workflow3" },
    push: ["URL", "agent/x"],
    after: { [x]: "workflow3" },
  },
];

describePushes({
  title: "no push changes a denied path, by whatever history",
  score: "pushes that change denied paths",
  cases,
});
