// GitLab's REST API (https://docs.gitlab.com/api/rest/): what a request means for the project that it names. A project is
// named by its path in one segment (`group%2Fname`); a number could be any project's, so writes by number aren't understood.
import { decodeEscapes } from "../../../http/percent-decode.ts";
import {
  type ApiReading,
  type ApiRequest,
  isReading,
  NotUnderstood,
  understood,
} from "../../api-reading.ts";
import { readMergeRequestWrite } from "./gitlab-merge-request.ts";
import { checkReadQuery, readParameters, type Parameters } from "./gitlab-parameters.ts";
import { readComment } from "./gitlab-quick-action.ts";
import { readRepositoryWrite, type GitlabWrite } from "./gitlab-repository.ts";
import { readMergeRequestPart, readResource } from "./gitlab-resource.ts";
import type { RepositoryAction } from "../../repository-call.ts";

/** `projectId`: the reading holds only when the repository has this number at the server. */
export type GitlabReading =
  | Exclude<ApiReading, { kind: "calls" }>
  | (Extract<ApiReading, { kind: "calls" }> & { readonly projectId?: number | undefined });

const projects = "/api/v4/projects/";

/** What clients ask before anything else: who am I, which version is this. */
const aboutNoProject: ReadonlySet<string> = new Set([
  "/api/v4/metadata",
  "/api/v4/user",
  "/api/v4/version",
]);

/** Beside projects: what changes repositories that it names by a number, or inside its body. */
const elsewhereButCode =
  /^\/api\/v4\/(?:ai|suggestions|bulk_imports|import|internal|runners|user\/runners|groups\/[^/]+\/projects)(?:[/.;]|$)/;
/** One path for everything; Rails takes a format behind it. */
const graphql = /^\/api\/(?:graphql|glql)(?:[/.;]|$)/;

/** Asked for the body with undefined in its place; null is a request without one. */
export function readGitlabCall(request: ApiRequest): GitlabReading {
  const isRead = isReading(request);
  if (graphql.test(request.path)) {
    return {
      kind: "not-understood",
      what: "GitLab's GraphQL is not understood; use its REST API (/api/v4)",
    };
  }
  if (isRead && aboutNoProject.has(request.path)) return { kind: "calls", calls: [] };
  if (!request.path.startsWith(projects)) {
    return !isRead && elsewhereButCode.test(request.path)
      ? { kind: "not-understood", what: "it may change a repository that it doesn't name" }
      : { kind: "elsewhere" };
  }
  const [id = "", ...segments] = toSegments(request.path.slice(projects.length));
  const repository = toRepository(id);
  if (repository === undefined) {
    const what = "a project is named by its path, as in /api/v4/projects/group%2Fname";
    if (!isRead) return { kind: "not-understood", what };
    // A path or number with a format behind it may be the project's, too
    const isWord = /^(?!\d)[\w-]*$/.test(id);
    if (!/^\d{1,18}$/.test(id))
      return isWord ? { kind: "elsewhere" } : { kind: "not-understood", what };
    const behind = request.path.slice(projects.length + id.length);
    return {
      kind: "by-number",
      number: id,
      toPath: (name) => `${projects}${encodeURIComponent(name)}${behind}`,
    };
  }
  const readProject = isRead ? readRead : readWrite;
  return understood(() => readProject(request, { repository, segments }), repository);
}

/** Whether a canonical path is a project itself, and nothing below it. */
export function isProjectPath(path: string): boolean {
  return path.startsWith(projects) && toSegments(path.slice(projects.length)).length === 1;
}

/** A project's path behind its id. */
interface ProjectPlace {
  readonly repository: string;
  readonly segments: readonly string[];
}

/** @throws NotUnderstood */
function readRead({ query }: ApiRequest, { repository, segments }: ProjectPlace): GitlabReading {
  const action = toReadAction(segments) ?? unknownRead;
  if (action.type === "read") checkReadQuery(query);
  return { kind: "calls", calls: [{ repository, action }] };
}

function toReadAction([resource, , part]: readonly string[]): RepositoryAction | undefined {
  if (resource === "merge_requests") return readMergeRequestPart(part);
  return resource === "pipelines" && /^variables(?:[.;\s]|$)/i.test(part ?? "")
    ? readResource("read", part)
    : readResource("read", resource);
}

const unknownRead: RepositoryAction = {
  type: "other",
  what: "reading what is not code",
  reads: true,
};

/** @throws NotUnderstood */
function readWrite(
  request: ApiRequest,
  { repository, segments }: ProjectPlace,
): Exclude<GitlabReading, { kind: "elsewhere" }> {
  const known = readResource("write", segments[0]);
  if (known !== undefined) return { kind: "calls", calls: [{ repository, action: known }] };
  if (request.body === undefined) return { kind: "needs-body", repository };
  const parameters = readParameters(request.query, request.body);
  const write = { method: request.method, segments, parameters: () => parameters };
  const read = readCodeWrite(write, parameters);
  if (read === undefined) throw new NotUnderstood("this request is not known");
  const { action, projectId } = read;
  return { kind: "calls", calls: [{ repository, action }], projectId };
}

function readCodeWrite(
  write: GitlabWrite,
  parameters: Parameters,
): { readonly action: RepositoryAction; readonly projectId?: number } | undefined {
  const [resource = ""] = write.segments;
  switch (resource) {
    case "repository": {
      const action = readRepositoryWrite(write);
      return action && { action };
    }
    case "merge_requests":
      return readMergeRequestWrite(write);
    case "issues": {
      // The command /create_merge_request in a text makes a branch
      readComment(parameters, ["description", "body", "title"]);
      return { action: { type: "other", what: "issues" } };
    }
    default:
      return undefined;
  }
}

/** Segments decoded; one slash at the end makes no difference to GitLab. */
function toSegments(path: string): readonly string[] {
  const segments = path.split("/");
  if (segments.length > 1 && segments.at(-1) === "") segments.pop();
  return segments.map((segment) => decodeEscapes(segment));
}

/** `group/sub/name`, or undefined for a number, a word, or what GitLab may read with a format at its end. */
function toRepository(id: string): string | undefined {
  const segments = id.split("/");
  if (segments.length < 2 || segments.includes("")) return undefined;
  return /\.(?:json|xml|txt|git|atom)$/i.test(id) ? undefined : id;
}
