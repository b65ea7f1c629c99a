// Requests behind `/repos/owner/name` that change a ref: https://docs.github.com/en/rest/git/refs, …/repos/contents,
// …/branches/branches#merge-a-branch. Each function @throws NotUnderstood
import { NotUnderstood } from "../../api-reading.ts";
import type { RefUpdate, RepositoryAction } from "../../repository-call.ts";
import { fieldOf } from "../../strict-json.ts";
import { findRefNameFault } from "../../wire/ref-name.ts";
import { isPlainPath, toBranchRef } from "./branch-ref.ts";

/** A request that its body is needed for. */
export interface Write {
  /** Decoded text that the route's wildcards stand for */
  readonly captured: readonly string[];
  readonly body: unknown;
}

/** A commit of one file on a branch that the body names. */
export function readContents({ captured, body }: Write): RepositoryAction {
  const branch = fieldOf(body, "branch");
  if (branch === undefined || branch === null) {
    throw new NotUnderstood('it names no branch; say "branch" in the body');
  }
  const ref = toBranchRef(branch);
  if (ref === undefined) throw new NotUnderstood('"branch" is not the short name of a branch');
  const path = captured.join("/");
  if (!isPlainPath(path)) throw new NotUnderstood("its path names no file plainly");
  return toAction({ ref, change: "update", rewrite: "no", paths: [path] });
}

/** A new ref, which the body names in full. */
export function readRefCreation({ body }: Write): RepositoryAction {
  const ref = toRef(fieldOf(body, "ref"), '"ref" is not the full name of a ref');
  return toAction({ ref, change: "create", rewrite: "no", paths: "unknown" });
}

/** A ref that the path names, moved; with `force` it may lose commits. */
export function readRefUpdate({ captured, body }: Write): RepositoryAction {
  const ref = toRef(`refs/${captured.join("/")}`, "its path names no ref");
  const force = fieldOf(body, "force");
  if (force !== undefined && typeof force !== "boolean") {
    throw new NotUnderstood('"force" is neither true nor false');
  }
  return toAction({
    ref,
    change: "update",
    rewrite: force === true ? "yes" : "no",
    paths: "unknown",
  });
}

/** A ref that the path names, removed. */
export function readRefDeletion({ captured }: Write): RepositoryAction {
  const ref = toRef(`refs/${captured.join("/")}`, "its path names no ref");
  return toAction({ ref, change: "delete", rewrite: "yes", paths: [] });
}

/** A merge on the server, into the branch that is named. */
export function readMerge(branch: unknown): RepositoryAction {
  const ref = toBranchRef(branch);
  if (ref === undefined) {
    throw new NotUnderstood("it does not say by its short name which branch to merge into");
  }
  return toAction({ ref, change: "update", rewrite: "no", paths: "unknown" });
}

function toRef(name: unknown, why: string): string {
  if (typeof name === "string" && findRefNameFault(name) === undefined) return name;
  throw new NotUnderstood(why);
}

function toAction(update: RefUpdate): RepositoryAction {
  return { type: "update-ref", update };
}
