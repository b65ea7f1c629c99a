import { findRefNameFault } from "../wire/ref-name.ts";
import type { RefUpdate } from "../repository-call.ts";
import { toPrintable } from "../../base/printable.ts";
import { compileDeniedPaths } from "./denied-path.ts";
import type { GitRule, PushGrant } from "./git-rule.ts";
import { isTagRef, matchesRef } from "./ref-pattern.ts";

/** `check`: it depends on facts that the request doesn't tell; with those filled in, the update is decided again. */
export type RefVerdict =
  | { readonly verdict: "allow" }
  /** Short, for git's `ng` line */
  | { readonly verdict: "deny"; readonly reason: string }
  | {
      readonly verdict: "check";
      /** Whether `rewrite` must be known */
      readonly history: boolean;
      /** Whether `paths` must be known */
      readonly paths: boolean;
    };

/** How far an update came before it was denied; the reason of the furthest is the most helpful. */
const reasons = {
  noPush: "nothing may be pushed to this repository",
  notAName: "not a ref name that may be pushed",
  notCovered: "not one of the refs that may be pushed",
  create: "creating refs is not allowed",
  delete: "deleting refs is not allowed",
  force: "would drop commits; force is not allowed",
  tag: "would move a tag; force is not allowed",
} as const;

const maxPathLength = 120;

/** Decides one change of a ref by one rule. */
export function decideRefUpdate(rule: GitRule, update: RefUpdate): RefVerdict {
  const { push } = rule;
  if (push === undefined) return deny(reasons.noPush);
  if (findRefNameFault(update.ref) !== undefined) return deny(reasons.notAName);
  if (!matchesRef(push.refs, update.ref, { withTags: push.tags })) return deny(reasons.notCovered);
  if (update.change === "delete") return push.delete ? { verdict: "allow" } : deny(reasons.delete);
  if (update.change !== "update" && !push.create) return deny(reasons.create);
  const rewrite = update.change === "create" || push.force ? "no" : toRewrite(update);
  if (rewrite === "tag") return deny(reasons.tag);
  if (rewrite === "yes") return deny(reasons.force);
  const paths = decidePaths(push, update);
  if (paths !== "known" && paths !== "unknown") return deny(paths.reason);
  const history = rewrite === "unknown";
  if (!history && paths === "known") return { verdict: "allow" };
  return { verdict: "check", history, paths: paths === "unknown" };
}

/**
 * Decides one change by all rules of its repository: any rule's yes is enough, and a `check` asks for all that any of
 * them needs.
 */
export function decideRefUpdateByAll(rules: readonly GitRule[], update: RefUpdate): RefVerdict {
  const verdicts = rules.map((rule) => decideRefUpdate(rule, update));
  if (verdicts.some(({ verdict }) => verdict === "allow")) return { verdict: "allow" };
  const checks = verdicts.filter((one) => one.verdict === "check");
  if (checks.length > 0) {
    return {
      verdict: "check",
      history: checks.some(({ history }) => history),
      paths: checks.some(({ paths }) => paths),
    };
  }
  const denials = verdicts.flatMap((one) => (one.verdict === "deny" ? [one.reason] : []));
  return deny(denials.toSorted(compareReasons)[0] ?? reasons.noPush);
}

/** The furthest first; the order of entries makes no difference. */
function compareReasons(one: string, other: string): number {
  const order: readonly string[] = Object.values(reasons).toReversed();
  // What a path was refused for isn't in the list, and comes furthest of all
  return order.indexOf(one) - order.indexOf(other) || (one < other ? -1 : 1);
}

/** A moved tag is a force, whatever its history: who fetched the old one keeps it. */
function toRewrite(update: RefUpdate): "no" | "yes" | "unknown" | "tag" {
  if (isTagRef(update.ref)) return "tag";
  return update.rewrite;
}

function decidePaths(push: PushGrant, update: RefUpdate): "known" | "unknown" | { reason: string } {
  if (push.denyPaths.length === 0) return "known";
  if (update.paths === "unknown") return "unknown";
  const find = compileDeniedPaths(push.denyPaths);
  for (const path of update.paths) {
    if (find(path) !== undefined) {
      return { reason: `changes ${toShortPath(path)}, which may not be changed` };
    }
  }
  return "known";
}

/** One line of ASCII: git prints it as it is. */
function toShortPath(path: string): string {
  const cut = path.length > maxPathLength ? `${path.slice(0, maxPathLength)}...` : path;
  return toPrintable(cut).replaceAll(/[^\u0020-\u007e]/g, "?");
}

function deny(reason: string): RefVerdict {
  return { verdict: "deny", reason };
}
