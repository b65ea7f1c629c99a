import type { RefUpdate, RepositoryAction, RepositoryCall } from "../repository-call.ts";
import { decideRefUpdateByAll, decideRefUpdate } from "./decide-ref-update.ts";
import type { GitRule } from "./git-rule.ts";
import { formatRefPattern } from "./ref-pattern.ts";

/** `what` is one clause for a refusal's text: what isn't allowed. `host-rules`: no `git:` entry decides it. */
export type CallVerdict =
  | { readonly verdict: "allow"; readonly rule: GitRule }
  | { readonly verdict: "deny"; readonly rule?: GitRule; readonly what: string }
  | { readonly verdict: "host-rules"; readonly what: string };

const pullSteps: readonly GitRule["pulls"][] = ["none", "comment", "create", "merge"];

/**
 * Decides what a REST, GraphQL or LFS request asks of one repository, by that repository's rules (`findGitRules`). They
 * add up: any rule's yes is enough. Without one it's denied as soon as one of them is exclusive, else host rules decide.
 */
export function decideRepositoryCall(
  rules: readonly GitRule[],
  { action }: RepositoryCall,
): CallVerdict {
  if (action.type === "other") {
    const { what } = action;
    const closing = rules.find(({ exclusive }) => exclusive);
    if (action.reads !== true || closing === undefined || rules.some(({ read }) => read)) {
      return { verdict: "host-rules", what };
    }
    return { verdict: "deny", rule: closing, what: `${what}: this repository may not be read` };
  }
  const rule = rules.find((one) => isGranted(one, action));
  if (rule !== undefined) return { verdict: "allow", rule };
  const what = toWhat(rules, action);
  const decisive = rules.find(({ exclusive }) => exclusive);
  return decisive === undefined
    ? { verdict: "host-rules", what }
    : { verdict: "deny", rule: decisive, what };
}

type DecidedAction = Exclude<RepositoryAction, { type: "other" }>;

function isGranted(rule: GitRule, action: DecidedAction): boolean {
  switch (action.type) {
    case "read":
      return rule.read;
    case "update-ref":
      return decideRefUpdate(rule, action.update).verdict === "allow";
    case "write-objects":
      // Whoever may store trees can have a path in them; only a push is looked into
      return rule.push !== undefined && rule.push.denyPaths.length === 0;
    case "lfs-write":
      return rule.push !== undefined;
    case "pull":
      return pullSteps.indexOf(rule.pulls) >= pullSteps.indexOf(action.step);
    case "forbidden":
      return false;
  }
}

function toWhat(rules: readonly GitRule[], action: DecidedAction): string {
  switch (action.type) {
    case "read":
      return "reading this repository is not allowed";
    case "update-ref":
      return toRefWhat(rules, action.update);
    case "write-objects":
      return rules.some(({ push }) => push !== undefined)
        ? "it cannot be told from this request which paths it changes; push it with git"
        : "nothing may be pushed to this repository";
    case "lfs-write":
      return "nothing may be pushed to this repository";
    case "pull": {
      const { step } = action;
      if (step === "merge") return "merging is not allowed";
      return step === "create"
        ? "creating and changing pull requests is not allowed"
        : "commenting on pull requests is not allowed";
    }
    case "forbidden":
      return `${action.what}: no git: entry allows it`;
  }
}

function toRefWhat(rules: readonly GitRule[], update: RefUpdate): string {
  const decision = decideRefUpdateByAll(rules, update);
  switch (decision.verdict) {
    case "allow":
      return "";
    case "check": {
      const facts = [
        ...(decision.history ? ["drops commits"] : []),
        ...(decision.paths ? ["changes paths that may not be changed"] : []),
      ];
      return `it cannot be told from this request whether it ${facts.join(" or ")}; push it with git`;
    }
    case "deny":
      return `${formatRefPattern(update.ref)}: ${decision.reason}`;
  }
}
