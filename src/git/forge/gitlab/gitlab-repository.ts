// Writes below `/projects/:id/repository` of GitLab's REST API.
// https://docs.gitlab.com/api/commits/, repository_files/, branches/, tags/, repository_submodules/
import { NotUnderstood } from "../../api-reading.ts";
import { isSet, textOf, toRef, toTreePaths, type Parameters } from "./gitlab-parameters.ts";
import { readComment } from "./gitlab-quick-action.ts";
import { isJsonObject } from "../../strict-json.ts";
import type { RefUpdate, RepositoryAction } from "../../repository-call.ts";

/** A write to one project: its path behind the id, decoded segment by segment. */
export interface GitlabWrite {
  readonly method: string;
  /** `["repository", "files", "src/x.ts"]` */
  readonly segments: readonly string[];
  /** @throws NotUnderstood; asks for the body when it wasn't read yet */
  readonly parameters: () => Parameters;
}

/**
 * What a write below `repository` asks for, or undefined when it isn't known.
 * @throws NotUnderstood
 */
export function readRepositoryWrite(write: GitlabWrite): RepositoryAction | undefined {
  const { method, segments } = write;
  const [, kind = "", ...rest] = segments;
  switch (kind) {
    case "commits":
      return method === "POST" ? readCommits(write, rest) : undefined;
    case "files":
      return rest.length > 0 ? readFile(write, rest.join("/")) : undefined;
    case "branches":
      return readBranches(write, rest);
    case "tags":
      return readTags(write, rest);
    case "submodules":
      if (method !== "PUT" || rest.length === 0) return undefined;
      return commitTo(write.parameters(), [rest.join("/")]);
    case "merged_branches":
      return method === "DELETE"
        ? { type: "forbidden", what: "deleting all merged branches" }
        : undefined;
    default:
      return undefined;
  }
}

function readCommits(write: GitlabWrite, rest: readonly string[]): RepositoryAction | undefined {
  if (rest.length === 0) return readCommit(write.parameters());
  const [, verb] = rest;
  if (rest.length === 2 && (verb === "cherry_pick" || verb === "revert")) {
    const parameters = write.parameters();
    return update({
      ref: toRef("heads", textOf(parameters, "branch")),
      change: "update",
      rewrite: "no",
      paths: "unknown",
    });
  }
  if (verb !== "comments" && verb !== "discussions") return undefined;
  return readComment(write.parameters(), ["note", "body"]);
}

function readCommit(parameters: Parameters): RepositoryAction {
  const actions = parameters.get("actions");
  if (!Array.isArray(actions)) throw new NotUnderstood("it has no list of actions");
  const paths = actions.flatMap((action: unknown) => {
    if (!isJsonObject(action)) throw new NotUnderstood("an action is not an object");
    const fields = new Map<string, unknown>(Object.entries(action));
    return [textOf(fields, "file_path"), textOf(fields, "previous_path")];
  });
  return commitTo(parameters, paths);
}

/**
 * A commit that the server makes on top of a branch. With `start_…` it makes the branch, and with `force` too it takes
 * an existing one's place.
 */
function commitTo(
  parameters: Parameters,
  paths: readonly (string | undefined)[],
): RepositoryAction {
  const branch = textOf(parameters, "branch");
  const startBranch = textOf(parameters, "start_branch");
  const fromElsewhere = isSet(parameters, "start_project");
  const force = isSet(parameters, "force");
  const isNew =
    fromElsewhere ||
    isSet(parameters, "start_sha") ||
    (startBranch !== undefined && startBranch !== branch);
  return update({
    ref: toRef("heads", branch),
    change: isNew || force ? "create-or-update" : "update",
    rewrite: force ? "yes" : isSet(parameters, "start_sha") ? "unknown" : "no",
    // What another project has in its branch comes along
    paths: fromElsewhere ? "unknown" : toTreePaths(paths),
  });
}

function readFile(write: GitlabWrite, path: string): RepositoryAction | undefined {
  if (!["POST", "PUT", "DELETE"].includes(write.method)) return undefined;
  const parameters = write.parameters();
  if (parameters.has("file_path")) throw new NotUnderstood("the file is named twice");
  return commitTo(parameters, [path, textOf(parameters, "previous_path")]);
}

function readBranches(write: GitlabWrite, rest: readonly string[]): RepositoryAction | undefined {
  if (write.method === "POST" && rest.length === 0) {
    return createRef("heads", textOf(write.parameters(), "branch"));
  }
  if (write.method === "PUT" && (rest.at(-1) === "protect" || rest.at(-1) === "unprotect")) {
    return { type: "forbidden", what: "changing the protection of branches" };
  }
  return write.method === "DELETE" && rest.length > 0
    ? deleteRef("heads", rest.join("/"))
    : undefined;
}

function readTags(write: GitlabWrite, rest: readonly string[]): RepositoryAction | undefined {
  if (write.method === "POST" && rest.length === 0) {
    return createRef("tags", textOf(write.parameters(), "tag_name"));
  }
  return write.method === "DELETE" && rest.length > 0
    ? deleteRef("tags", rest.join("/"))
    : undefined;
}

// It may point to any commit that the server has, one of a fork's merge request too
function createRef(kind: "heads" | "tags", name: string | undefined): RepositoryAction {
  return update({ ref: toRef(kind, name), change: "create", rewrite: "no", paths: "unknown" });
}

function deleteRef(kind: "heads" | "tags", name: string): RepositoryAction {
  return update({ ref: toRef(kind, name), change: "delete", rewrite: "yes", paths: [] });
}

function update(change: RefUpdate): RepositoryAction {
  return { type: "update-ref", update: change };
}
