// GitLab's REST API: what it asks of a repository is decided by the `git:` entries that name it, as a push would be.
import type { ApiRequest } from "../api-reading.ts";
import { isProjectPath, readGitlabCall, type GitlabReading } from "./gitlab/gitlab-rest.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { filterByRepository, gitRulesAt, type GitPolicy } from "../entry/git-rules.ts";
import { createClosedRepositories, type ClosedRepositories } from "./closed-repositories.ts";
import { findAnyReader } from "./any-reader.ts";
import { decideCalls, notUnderstood } from "./decide-calls.ts";
import type {
  Disposition,
  HandledRequest,
  Handler,
  HandlerTools,
  RequestView,
} from "../../http/handler.ts";
import { createGitlabProjects, maxProjectBytes, type GitlabProjects } from "./gitlab-projects.ts";
import { readJsonBody } from "./json-body.ts";
import { rewriteAnswers } from "../rewritten-json.ts";
import { withHeader } from "../../http/header-fields.ts";
import { bufferedBody } from "../../http/body.ts";

interface GitlabHandler {
  readonly policy: GitPolicy;
  readonly projects: GitlabProjects;
  readonly closed: ClosedRepositories;
}

/** A request that is this handler's, with the entries that are asked about it. */
interface GitlabAccess {
  readonly reading: Exclude<GitlabReading, { kind: "elsewhere" }>;
  /** Of the repository; of the whole host when the request names none */
  readonly rules: readonly GitRule[];
}

type Calls = Extract<GitlabReading, { kind: "calls" }>;

/** The REST API of every GitLab that an entry names. */
export function createGitlabHandler(parts: {
  readonly policy: GitPolicy;
  readonly tools: HandlerTools;
}): Handler {
  const handler: GitlabHandler = {
    policy: parts.policy,
    projects: createGitlabProjects(parts.tools),
    closed: createClosedRepositories(parts.tools),
  };
  return {
    match: (view) => {
      const access = findAccess(handler, view);
      if (access === undefined) return undefined;
      return {
        exclusive: access.rules.some(({ exclusive }) => exclusive),
        handle: async (request, { isAllowed }) => {
          const named = await nameProject(handler, request, { ...access, isAllowed });
          return named === undefined
            ? { type: "host-rules" }
            : passThrough(handler, request, named);
        },
      };
    },
  };
}

function findAccess({ policy }: GitlabHandler, request: RequestView): GitlabAccess | undefined {
  if (!request.path.startsWith("/api/") || request.method === "OPTIONS") return undefined;
  const all = gitRulesAt(policy, request.authority, "api").filter(
    ({ forge }) => forge === "gitlab",
  );
  if (all.length === 0) return undefined;
  const reading = read(request);
  if (reading.kind === "elsewhere") return undefined;
  const repository = repositoryOf(reading);
  const rules = repository === undefined ? all : filterByRepository(all, repository);
  return rules.length === 0 ? undefined : { reading, rules };
}

function read({ method, path, query }: RequestView, body?: unknown): GitlabReading {
  const request: ApiRequest = { method, path, query, body };
  return readGitlabCall(request);
}

function repositoryOf(reading: GitlabAccess["reading"]): string | undefined {
  if (reading.kind === "by-number") return undefined;
  return reading.kind === "calls" ? reading.calls[0]?.repository : reading.repository;
}

/**
 * The same reading by the project's path, where the request has its number; undefined when no entry decides it.
 * @throws Refusal
 */
async function nameProject(
  { closed }: GitlabHandler,
  request: HandledRequest,
  access: GitlabAccess & { readonly isAllowed: boolean },
): Promise<GitlabAccess | undefined> {
  const { reading, rules, isAllowed } = access;
  if (reading.kind !== "by-number") return access;
  // Nothing is asked for what is refused anyway
  if (!isAllowed) return undefined;
  const { number, toPath } = reading;
  const repositoryId = await closed.lookUp(
    { forge: "gitlab", rules, hold: request.hold },
    { number },
  );
  if (repositoryId === undefined) {
    const [rule] = rules;
    const what = "GitLab does not say which project has this number";
    throw notUnderstood(request, { what, ...(rule === undefined ? {} : { rule }) });
  }
  const path = toPath(repositoryId.name);
  const named = read({ ...request, path });
  const own = filterByRepository(rules, repositoryId.name);
  if (own.length === 0 || named.kind === "elsewhere") {
    await closed.checkRequest(request, rules, path);
    return undefined;
  }
  return { reading: named, rules: own };
}

async function passThrough(
  handler: GitlabHandler,
  request: HandledRequest,
  { reading, rules }: GitlabAccess,
): Promise<Disposition> {
  if (request.head.headers.some(([name]) => name.toLowerCase() === "sudo")) {
    const [rule] = rules;
    const what = "a Sudo header makes it somebody else's request";
    throw notUnderstood(request, { what, ...(rule === undefined ? {} : { rule }) });
  }
  if (reading.kind !== "needs-body") return decide(handler, request, { reading, rules });
  const body = await readJsonBody(request);
  const whole = read(request, body.value);
  if (whole.kind === "elsewhere") throw new Error("the body doesn't make it another API's");
  const disposition = await decide(handler, request, { reading: whole, rules });
  return disposition.type === "answer"
    ? disposition
    : { ...disposition, body: bufferedBody(body.bytes) };
}

/** @throws Refusal */
async function decide(
  handler: GitlabHandler,
  request: HandledRequest,
  { reading, rules }: GitlabAccess,
): Promise<Disposition> {
  if (reading.kind !== "calls") {
    const [rule] = rules;
    const repository = repositoryOf(reading);
    throw notUnderstood(request, {
      what: reading.kind === "not-understood" ? reading.what : "its body was not read",
      ...(repository === undefined ? {} : { repository }),
      ...(rule === undefined ? {} : { rule }),
    });
  }
  if (reading.calls.length === 0) {
    const reader = findAnyReader(request, rules);
    return reader === undefined ? { type: "host-rules" } : { type: "forward", ...reader };
  }
  const verdict = decideCalls(request, rules, reading.calls);
  if (verdict.verdict === "host-rules") return { type: "host-rules" };
  await checkProject(handler, request, { reading, rules });
  const { repository } = verdict;
  const disposition = { type: "forward", repository } as const;
  if (!isProjectPath(request.path)) return disposition;
  const headers = withHeader(request.head.headers, "accept-encoding", "identity");
  return { ...disposition, headers, response: withoutRunnersToken };
}

/**
 * GitLab tells who may administer a project the token that registers runners, and a runner gets the CI variables
 * (https://docs.gitlab.com/api/projects/#get-a-single-project). Reading the code isn't a reason to have it.
 */
const withoutRunnersToken = rewriteAnswers({
  maxBytes: maxProjectBytes,
  rewrite: ({ runners_token: _token, ...project }) => project,
});

/** A merge request to a project by number: it must be the one that the path names. @throws Refusal */
async function checkProject(
  { projects }: GitlabHandler,
  request: HandledRequest,
  access: { readonly reading: Calls; readonly rules: readonly GitRule[] },
): Promise<void> {
  const { reading, rules } = access;
  const [call] = reading.calls;
  const [rule] = rules;
  if (reading.projectId === undefined || call === undefined || rule === undefined) return;
  const { repository } = call;
  const place = { authority: request.authority, repository, hold: request.hold };
  const own = await projects.idOf(place, rule.source.label);
  if (own === reading.projectId) return;
  const what = `project ${reading.projectId} is another one`;
  throw notUnderstood(request, { what, repository, rule });
}
