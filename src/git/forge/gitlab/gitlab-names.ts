import { decodeEscapes } from "../../../http/percent-decode.ts";
import { any, none, readGitNames, toNamed, toPathSegments } from "../../forge-names.ts";
import type { ForgeRequest, NamedRepositories } from "../../named-repositories.ts";
import { NotUnderstood } from "../../api-reading.ts";
import { checkReadQuery } from "./gitlab-parameters.ts";
import { readMergeRequestPart } from "./gitlab-resource.ts";

// Answers without anything of a project: https://docs.gitlab.com/api/rest/
const free =
  /^\/(?:api\/v4\/(?:version|metadata|user|user\/(?:emails|keys|status)|users|users\/[^/]+|personal_access_tokens\/self|templates\/.+)|oauth\/.+|users\/sign_in|assets\/.+|robots\.txt)$/;

const api = "/api/";
const projects = "/api/v4/projects/";

/** A request to a GitLab: projects by path, pages below `/-/`, git. */
export function readGitlabNames(request: ForgeRequest): NamedRepositories {
  const { method, path, query } = request;
  if (free.test(path)) return none;
  if (path.startsWith(projects)) {
    const behind = path.slice(projects.length);
    // A commit may begin with what another project has (`start_project`), which the body says
    const isCommit = method !== "GET" && method !== "HEAD" && /^[^/]+\/repository/i.test(behind);
    return isCommit ? any : readProject(behind, query);
  }
  if (path.startsWith(api)) return any;
  const page = path.indexOf("/-/");
  return page === -1 ? readGitNames(request) : toNamed(path.slice(1, page).split("/"));
}

function readProject(behind: string, query: string): NamedRepositories {
  const [id = "", resource = "", number = "", part] = toPathSegments(`/${behind}`);
  try {
    checkReadQuery(query);
  } catch (error) {
    if (error instanceof NotUnderstood) return any;
    throw error;
  }
  const name = decodeEscapes(id);
  // A format may stand behind it; a number is no name
  if (!name.includes("/") || /\.(?:json|xml|txt|git|atom)$/i.test(name)) return any;
  return leaves(resource, number, part) ? any : toNamed(name.split("/"));
}

/** Whether a part of a project shows others: forks, and what issues and merge requests refer to. */
function leaves(resource: string, number: string, part: string | undefined): boolean {
  const [kind = ""] = resource.toLowerCase().split(/[.;\s]/, 1);
  if (kind === "merge_requests") return number !== "" && readMergeRequestPart(part) === undefined;
  const isRelated = /^(?:links|related_merge_requests|closed_by|related)/i.test(part ?? "");
  return kind === "forks" || (kind === "issues" && isRelated);
}
