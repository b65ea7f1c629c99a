import type { RepositoryCall } from "../../repository-call.ts";
import { fieldOf } from "../../strict-json.ts";
import { toBranchRef, toQualifiedRef } from "./branch-ref.ts";
import {
  isTrue,
  nodeAt,
  optionalNodeAt,
  toList,
  toUpdateCall,
  type Input,
} from "./graphql-input.ts";
import { NotUnderstood } from "../../api-reading.ts";
import { isPlainPath } from "./branch-ref.ts";

const noObject = /^0+$/;

/** https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch */
export function readCommitOnBranch({ value, facts }: Input): readonly RepositoryCall[] {
  const branch = value("branch");
  const id = fieldOf(branch, "id") ?? undefined;
  const name = fieldOf(branch, "branchName") ?? undefined;
  const owner = fieldOf(branch, "repositoryNameWithOwner") ?? undefined;
  const update = {
    change: "update",
    rewrite: "no",
    paths: readPaths(value("fileChanges")),
  } as const;
  if (id !== undefined && name === undefined && owner === undefined) {
    const { repository, ref } = facts.node(id, ["Ref"]);
    return [toUpdateCall(repository, ref, update)];
  }
  if (id !== undefined) throw new NotUnderstood("it names a branch in two ways");
  return [toUpdateCall(facts.repository(owner), toQualifiedRef(name), update)];
}

function readPaths(changes: unknown): readonly string[] {
  const files = [
    ...toList(fieldOf(changes, "additions")),
    ...toList(fieldOf(changes, "deletions")),
  ];
  return files.map((file) => {
    const path = fieldOf(file, "path");
    if (typeof path !== "string" || !isPlainPath(path)) {
      throw new NotUnderstood("a file's path is not a plain one");
    }
    return path;
  });
}

/** `name` is a full name, or the short one of a branch. @throws NotUnderstood */
export function readCreateRef(input: Input): readonly RepositoryCall[] {
  const { repository } = nodeAt(input, "repositoryId", ["Repository"]);
  const ref = toQualifiedRef(input.value("name"));
  return [toUpdateCall(repository, ref, { change: "create", rewrite: "no", paths: "unknown" })];
}

/** The branch made for an issue; without a name the server makes one up. */
export function readCreateLinkedBranch(input: Input): readonly RepositoryCall[] {
  const issue = nodeAt(input, "issueId", ["Issue"]);
  const [place = issue] = optionalNodeAt(input, "repositoryId", ["Repository"]);
  const ref = toBranchRef(input.value("name"));
  const update = { change: "create", rewrite: "no", paths: "unknown" } as const;
  return [
    { repository: issue.repository, action: { type: "read" } },
    toUpdateCall(place.repository, ref, update),
  ];
}

/** The ref that an id names; `force` may take commits out of it. @throws NotUnderstood */
export function readUpdateRef(input: Input): readonly RepositoryCall[] {
  const { repository, ref } = nodeAt(input, "refId", ["Ref"]);
  const rewrite = isTrue(input.value("force")) ? "yes" : "no";
  return [toUpdateCall(repository, ref, { change: "update", rewrite, paths: "unknown" })];
}

/** Many refs at once, each named in full, or a branch in short. @throws NotUnderstood */
export function readUpdateRefs(input: Input): readonly RepositoryCall[] {
  const { repository } = nodeAt(input, "repositoryId", ["Repository"]);
  const updates = toList(input.value("refUpdates"));
  if (updates.length === 0) throw new NotUnderstood("it names no refs");
  return updates.map((update) => readOneOfRefs(repository, update));
}

function readOneOfRefs(repository: string, update: unknown): RepositoryCall {
  const after = fieldOf(update, "afterOid");
  const ref = toQualifiedRef(fieldOf(update, "name"));
  if (typeof after !== "string") throw new NotUnderstood("a ref has no new object id");
  if (noObject.test(after)) {
    return toUpdateCall(repository, ref, { change: "delete", rewrite: "yes", paths: [] });
  }
  const rewrite = isTrue(fieldOf(update, "force")) ? "yes" : "no";
  return toUpdateCall(repository, ref, { change: "create-or-update", rewrite, paths: "unknown" });
}

/** The ref that an id names. @throws NotUnderstood */
export function readDeleteRef(input: Input): readonly RepositoryCall[] {
  const { repository, ref } = nodeAt(input, "refId", ["Ref"]);
  return [toUpdateCall(repository, ref, { change: "delete", rewrite: "yes", paths: [] })];
}

/** A merge on the server into `base`, a branch by its short name. @throws NotUnderstood */
export function readMergeBranch(input: Input): readonly RepositoryCall[] {
  const { repository } = nodeAt(input, "repositoryId", ["Repository"]);
  const ref = toBranchRef(input.value("base"));
  return [toUpdateCall(repository, ref, { change: "update", rewrite: "no", paths: "unknown" })];
}
