// GitLab's REST API: what it asks of a repository is decided by the `git:` entries that name it, as a push would be.
import { type ApiRequest, repositoryOf } from "../api-reading.ts";
import { isProjectPath, readGitlabCall, type GitlabReading } from "./gitlab/gitlab-rest.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { filterByRepository, gitRulesAt, type GitPolicy } from "../entry/git-rules.ts";
import { createClosedRepositories, type ClosedRepositories } from "./closed-repositories.ts";
import { decideReading, notUnderstood } from "./decide-calls.ts";
import type {
  Disposition,
  HandledRequest,
  Handler,
  HandlerTools,
  RequestView,
} from "../../http/handler.ts";
import { maxDescriptionBytes } from "./forge-question.ts";
import { readJsonBody } from "./json-body.ts";
import { rewriteAnswers } from "../rewritten-json.ts";
import { withHeader } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";

interface GitlabHandler {
  readonly policy: GitPolicy;
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
    const what = "GitLab does not say which project has this number";
    throw notUnderstood(request, { what, rule: rules[0] });
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
    const what = "a Sudo header makes it somebody else's request";
    throw notUnderstood(request, { what, rule: rules[0] });
  }
  if (reading.kind !== "needs-body") return decide(handler, request, { reading, rules });
  const { value, bytes: body } = await readJsonBody(request);
  const whole = read(request, value);
  if (whole.kind === "elsewhere") throw new Error("the body doesn't make it another API's");
  return decide(handler, request, { reading: whole, rules, body });
}

/** @throws Refusal */
async function decide(
  handler: GitlabHandler,
  request: HandledRequest,
  access: GitlabAccess & { readonly body?: Buffer },
): Promise<Disposition> {
  const disposition = decideReading(request, access.rules, access) ?? { type: "host-rules" };
  if (disposition.type !== "forward" || access.reading.kind !== "calls") return disposition;
  await checkProject(handler, request, { reading: access.reading, rules: access.rules });
  if (!isProjectPath(request.path)) return disposition;
  const headers = withHeader(request.head.headers, "accept-encoding", "identity");
  return { ...disposition, headers, response: withoutRunnersToken };
}

/**
 * GitLab tells who may administer a project the token that registers runners, and a runner gets the CI variables
 * (https://docs.gitlab.com/api/projects/#get-a-single-project). Reading the code isn't a reason to have it.
 */
const withoutRunnersToken = rewriteAnswers({
  maxBytes: maxDescriptionBytes,
  rewrite: ({ runners_token: _token, ...project }) => project,
});

/** A merge request to a project by number: it must be the one that the path names. @throws Refusal */
async function checkProject(
  { closed }: GitlabHandler,
  request: HandledRequest,
  { reading, rules }: { readonly reading: Calls; readonly rules: readonly GitRule[] },
): Promise<void> {
  const { calls, projectId } = reading;
  if (projectId === undefined || calls[0] === undefined) return;
  const { repository } = calls[0];
  const place = { forge: "gitlab", rules, hold: request.hold } as const;
  const own = await closed.lookUp(place, { name: repository });
  // One that was moved has the number, and another name
  if (own?.number === undefined || own.name.toLowerCase() !== repository.toLowerCase()) {
    const what = "GitLab did not say which number the project has";
    throw new Refusal(502, "upstream-invalid", what);
  }
  if (own.number === projectId) return;
  const what = `project ${projectId} is another one`;
  throw notUnderstood(request, { what, repository, rule: rules[0] });
}
