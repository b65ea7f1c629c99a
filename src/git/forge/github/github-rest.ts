// GitHub's REST API: which repository a request is about, and what it asks of it. One rule decides it afterwards, whatever
// other ways lead to the same branch.
import {
  type ApiReading,
  type ApiRequest,
  isReading,
  NotUnderstood,
  understood,
} from "../../api-reading.ts";
import { readPullHead } from "./pull-request.ts";
import { findForbiddenWrite, readRestWrite } from "./rest-writes.ts";
import { leavesRepository, readRestRead } from "./rest-reads.ts";
import { matchRoute } from "./rest-route.ts";
import type { RepositoryAction, RepositoryCall } from "../../repository-call.ts";
import { fieldOf } from "../../strict-json.ts";

interface RepositoryRequest extends ApiRequest {
  /** `owner/name` */
  readonly repository: string;
  /** Behind the name */
  readonly segments: readonly string[];
}

// https://docs.github.com/en/rest/repos/repos; letters, digits, hyphens for owners (and `_` for managed users)
const ownerShape = /^[a-z0-9][a-z0-9_-]*$/i;
const nameShape = /^[a-z0-9._-]+$/i;

/**
 * Reads a request to api.github.com, or what comes behind /api/v3 on another GitHub host. `body` is needed only where the
 * method and path don't tell; null is a request without one.
 */
export function readGithubRest(request: ApiRequest): ApiReading {
  const segments = request.path.replace(/\/$/, "").split("/").slice(1);
  const at = segments.findIndex((segment) => /^repos(?![a-z0-9_-])/i.test(segment));
  const [owner, name] = at === -1 ? [] : segments.slice(at + 1);
  if (owner === undefined || name === undefined) return readElsewhere(request, segments);
  const repository = `${owner}/${name.replace(/\.git$/i, "")}`;
  if (!ownerShape.test(owner) || !nameShape.test(name)) {
    return { kind: "not-understood", what: "its path does not name a repository plainly" };
  }
  const behind = segments.slice(at + 3);
  if (at === 0) return readRepositoryRequest({ ...request, repository, segments: behind });
  // /orgs/x/teams/y/repos/owner/name and the like: rights on the repository, or something that is done with it
  if (isReading(request)) return { kind: "elsewhere" };
  return toCalls(repository, [{ type: "forbidden", what: "changing who may enter" }]);
}

/** Whether a canonical path is a repository itself, and nothing below it. */
export function isRepositoryPath(path: string): boolean {
  return /^\/repos\/[^/]+\/[^/]+\/?$/i.test(path);
}

function readElsewhere(request: ApiRequest, segments: readonly string[]): ApiReading {
  const [first = "", number = "", ...behind] = segments;
  if (!/^repositories(?![a-z0-9_-])/i.test(first)) return { kind: "elsewhere" };
  const what = "it names the repository by its number; name it as /repos/owner/name";
  if (!isReading(request)) return { kind: "not-understood", what };
  // `/repositories` alone lists public ones
  if (number === "") return { kind: "elsewhere" };
  if (!/^\d{1,18}$/.test(number) || first.length > "repositories".length) {
    return { kind: "not-understood", what };
  }
  return { kind: "by-number", number, toPath: (name) => ["/repos", name, ...behind].join("/") };
}

function readRepositoryRequest(request: RepositoryRequest): ApiReading {
  const { method, repository, segments, query, body } = request;
  return understood((): ApiReading => {
    if (isReading(request)) {
      if (leavesRepository(segments, repository.slice(0, repository.indexOf("/")))) {
        throw new NotUnderstood("it compares with another repository");
      }
      return toCalls(repository, [readRestRead(segments)]);
    }
    // A server may take parameters from there as well as from the body, or another method
    if (query !== "" && query !== "?") {
      throw new NotUnderstood("a request that writes has a query; use the body");
    }
    const actions = readRestWrite(method, segments, body);
    if (actions === "needs-body") return { kind: "needs-body", repository };
    if (actions !== undefined) return toCalls(repository, actions, readHead(request));
    const what = findForbiddenWrite(method, segments);
    if (what !== undefined) return toCalls(repository, [{ type: "forbidden", what }]);
    throw new NotUnderstood("it is no request to GitHub's API that is known to be safe");
  }, repository);
}

/** What a new pull request reads of another repository. @throws NotUnderstood */
function readHead({ method, segments, repository, body }: RepositoryRequest) {
  if (method !== "POST" || matchRoute("pulls", segments) === undefined) return [];
  // A pull request that is made of an issue has them too
  return readPullHead(repository, {
    head: fieldOf(body, "head"),
    name: fieldOf(body, "head_repo"),
  });
}

function toCalls(
  repository: string,
  actions: readonly RepositoryAction[],
  others: readonly RepositoryCall[] = [],
): ApiReading {
  const calls = actions.map((action) => ({ repository, action }));
  return { kind: "calls", calls: [...calls, ...others] };
}
