// Requests behind `/repos/owner/name` that change a ref: https://docs.github.com/en/rest/git/refs, …/repos/contents,
// …/branches/branches#merge-a-branch.
import type { RepositoryAction } from "../../repository-call.ts";
import { fieldOf } from "../../strict-json.ts";
import { findRefNameFault } from "../../wire/ref-name.ts";
import { toBranchRef } from "./branch-ref.ts";
import { isPlainPath } from "./plain-path.ts";

/** One clause about what isn't understood. */
export type Unclear = { readonly unclear: string };

/** A request that its body is needed for. */
export interface Write {
  /** Decoded text that the route's wildcards stand for */
  readonly captured: readonly string[];
  readonly body: unknown;
}

/** A commit of one file on a branch that the body names. */
export function readContents({ captured, body }: Write): readonly RepositoryAction[] | Unclear {
  const branch = fieldOf(body, "branch");
  if (branch === undefined || branch === null) {
    return { unclear: 'it names no branch; say "branch" in the body' };
  }
  const ref = toBranchRef(branch);
  if (ref === undefined) return { unclear: '"branch" is not the short name of a branch' };
  const path = captured.join("/");
  if (!isPlainPath(path)) return { unclear: "its path names no file plainly" };
  return [
    {
      type: "update-ref",
      update: { ref, change: "update", rewrite: "no", paths: [path] },
    },
  ];
}

/** A new ref, which the body names in full. */
export function readRefCreation({ body }: Write): readonly RepositoryAction[] | Unclear {
  const ref = fieldOf(body, "ref");
  if (!isRefName(ref)) return { unclear: '"ref" is not the full name of a ref' };
  return [
    { type: "update-ref", update: { ref, change: "create", rewrite: "no", paths: "unknown" } },
  ];
}

/** A ref that the path names, moved; with `force` it may lose commits. */
export function readRefUpdate({ captured, body }: Write): readonly RepositoryAction[] | Unclear {
  const ref = `refs/${captured.join("/")}`;
  if (!isRefName(ref)) return { unclear: "its path names no ref" };
  const force = fieldOf(body, "force");
  if (force !== undefined && typeof force !== "boolean") {
    return { unclear: '"force" is neither true nor false' };
  }
  const rewrite = force === true ? "yes" : "no";
  return [{ type: "update-ref", update: { ref, change: "update", rewrite, paths: "unknown" } }];
}

/** A ref that the path names, removed. */
export function readRefDeletion({ captured }: Write): readonly RepositoryAction[] | Unclear {
  const ref = `refs/${captured.join("/")}`;
  if (!isRefName(ref)) return { unclear: "its path names no ref" };
  return [{ type: "update-ref", update: { ref, change: "delete", rewrite: "yes", paths: [] } }];
}

/** A merge on the server, into the branch that is named. */
export function readMerge(branch: unknown): readonly RepositoryAction[] | Unclear {
  const ref = toBranchRef(branch);
  if (ref === undefined)
    return { unclear: "it does not say by its short name which branch to merge into" };
  return [
    { type: "update-ref", update: { ref, change: "update", rewrite: "no", paths: "unknown" } },
  ];
}

function isRefName(ref: unknown): ref is string {
  return typeof ref === "string" && findRefNameFault(ref) === undefined;
}
