// What writing requests behind `/repos/owner/name` mean (https://docs.github.com/en/rest). What isn't here, isn't understood.
import { NotUnderstood } from "../../api-reading.ts";
import { decodeEscapes } from "../../../http/percent-decode.ts";
import type { RepositoryAction } from "../../repository-call.ts";
import { fieldOf, isJsonObject } from "../../strict-json.ts";
import {
  readContents,
  readMerge,
  readRefCreation,
  readRefDeletion,
  readRefUpdate,
  type Write,
} from "./rest-ref-writes.ts";
import { matchRoute } from "./rest-route.ts";
import { toReviewStep } from "./pull-request.ts";
import { saidOfWords } from "../../../base/words.ts";

/** `fixed` and `unclear` (why it isn't understood) need no body; `read` gets it. */
type Meaning =
  | { readonly fixed: readonly RepositoryAction[] }
  | { readonly unclear: string }
  | {
      /** Names in the body, and no others: a server could take one for a part of the path */
      readonly fields: string;
      /** @throws NotUnderstood */
      readonly read: (write: Write) => RepositoryAction;
    };

const comment: Meaning = { fixed: [{ type: "pull", step: "comment" }] };
const createStep: RepositoryAction = { type: "pull", step: "create" };
const create: Meaning = { fixed: [createStep] };
const pullFields = "title head head_repo base body draft maintainer_can_modify issue";
const merge: Meaning = { fixed: [{ type: "pull", step: "merge" }] };
const writeObjects: Meaning = { fixed: [{ type: "write-objects" }] };
const issuesAction: RepositoryAction = { type: "other", what: "changing issues" };
const issues: Meaning = { fixed: [issuesAction] };
const labels: Meaning = { fixed: [{ type: "other", what: "changing labels and milestones" }] };
const comments: Meaning = { fixed: [{ type: "other", what: "commenting on commits" }] };
const attention: Meaning = { fixed: [{ type: "other", what: "changing notifications" }] };
// A pull request is an issue to this API: its title, text and state can be changed as such
const editIssue: Meaning = { fixed: [createStep, issuesAction] };
const review: Meaning = { fields: "commit_id body event comments", read: readReview };

const writes: readonly (readonly [methods: string, route: string, meaning: Meaning])[] = [
  [
    "PUT DELETE",
    "contents/**",
    { fields: "message content sha branch committer author", read: readContents },
  ],
  ["POST", "git/refs", { fields: "ref sha", read: readRefCreation }],
  ["PATCH", "git/refs/**", { fields: "sha force", read: readRefUpdate }],
  ["DELETE", "git/refs/**", { fields: "", read: readRefDeletion }],
  ["POST", "git/blobs", writeObjects],
  ["POST", "git/trees", writeObjects],
  ["POST", "git/commits", writeObjects],
  ["POST", "git/tags", writeObjects],
  [
    "POST",
    "merges",
    {
      fields: "base head commit_message",
      read: ({ body }) => readMerge(fieldOf(body, "base")),
    },
  ],
  [
    "POST",
    "merge-upstream",
    { fields: "branch", read: ({ body }) => readMerge(fieldOf(body, "branch")) },
  ],
  ["POST", "pulls", { fields: pullFields, read: () => createStep }],
  ["PATCH", "pulls/*", create],
  ["POST DELETE", "pulls/*/requested_reviewers", create],
  ["POST", "pulls/*/comments", comment],
  ["POST", "pulls/*/comments/*/replies", comment],
  ["PATCH DELETE", "pulls/comments/*", comment],
  ["POST", "pulls/comments/*/reactions", comment],
  ["DELETE", "pulls/comments/*/reactions/*", comment],
  ["POST", "pulls/*/reviews", review],
  ["POST", "pulls/*/reviews/*/events", review],
  ["PUT DELETE", "pulls/*/reviews/*", comment],
  ["PUT", "pulls/*/reviews/*/dismissals", merge],
  ["PUT", "pulls/*/merge", merge],
  ["PUT", "pulls/*/update-branch", { unclear: "it names no branch; merge and push with git" }],
  ["POST", "issues/*/comments", comment],
  // POST was an early spelling of PATCH, and may still be taken for it
  ["POST PUT PATCH DELETE", "issues/comments/*", comment],
  ["POST", "issues", issues],
  ["POST PUT PATCH", "issues/*", editIssue],
  ["POST PUT PATCH DELETE", "issues/**", issues],
  ["POST PATCH DELETE", "labels", labels],
  ["POST PATCH DELETE", "labels/**", labels],
  ["POST", "milestones", labels],
  ["PATCH DELETE", "milestones/*", labels],
  ["POST", "commits/*/comments", comments],
  ["PATCH DELETE", "comments/*", comments],
  ["POST", "comments/*/reactions", comments],
  ["DELETE", "comments/*/reactions/*", comments],
  ["PUT", "notifications", attention],
  ["PUT DELETE", "subscription", attention],
];

/** Undefined: not in the table. `body` is undefined when it wasn't read yet. @throws NotUnderstood */
export function readRestWrite(
  method: string,
  segments: readonly string[],
  body: unknown,
): readonly RepositoryAction[] | "needs-body" | undefined {
  for (const [methods, route, meaning] of writes) {
    const captured = methods.split(" ").includes(method) ? matchRoute(route, segments) : undefined;
    if (captured === undefined) continue;
    if ("fixed" in meaning) return meaning.fixed;
    if ("unclear" in meaning) throw new NotUnderstood(meaning.unclear);
    if (body === undefined) return "needs-body";
    checkNames(body, meaning.fields.split(" "));
    return [meaning.read({ captured: captured.map((segment) => decodeEscapes(segment)), body })];
  }
  return undefined;
}

/** @throws NotUnderstood */
function checkNames(body: unknown, known: readonly string[]): void {
  if (body === null) return;
  if (!isJsonObject(body)) throw new NotUnderstood("its body is not a JSON object");
  if (Object.keys(body).every((name) => known.includes(name))) return;
  throw new NotUnderstood("its body has a name that is not known there");
}

/** An approval may be all that a merge waits for. */
function readReview({ body }: Write): RepositoryAction {
  const step = toReviewStep(fieldOf(body, "event"));
  if (step !== undefined) return { type: "pull", step };
  throw new NotUnderstood('"event" is none of COMMENT, REQUEST_CHANGES and APPROVE');
}

// Whatever changes something there: how the repository is set up, who may enter it, what runs for it.
// https://docs.github.com/en/rest
const areas = saidOfWords([
  [
    "changing *",
    "autolinks code-scanning codespaces environments invitations secret-scanning security-advisories",
  ],
  ["changing or starting workflow runs", "actions"],
  ["starting workflow runs", "dispatches"],
  ["starting other agents", "agents"],
  ["storing attestations", "attestations"],
  [
    "changing security settings",
    `automated-security-fixes code-security-configuration private-vulnerability-reporting
     vulnerability-alerts`,
  ],
  ["changing branches' names and protection", "branches"],
  ["reporting checks", "check-runs check-suites statuses"],
  ["changing who may enter", "collaborators teams"],
  ["changing Dependabot", "dependabot"],
  ["changing the dependency graph", "dependency-graph"],
  ["deploying", "deployments"],
  ["creating a fork", "forks"],
  ["creating a repository", "generate"],
  ["changing webhooks", "hooks"],
  ["changing settings", "immutable-releases interaction-limits lfs properties topics"],
  ["importing a repository", "import"],
  ["changing deploy keys", "keys"],
  ["changing the site", "pages"],
  ["changing releases and their tags", "releases"],
  ["changing rules of branches", "rulesets"],
  ["changing rules of tags", "tags"],
  ["giving the repository away", "transfer"],
]);

/** What a writing request behind `/repos/owner/name` would do there, when no grant ever covers it. */
export function findForbiddenWrite(
  method: string,
  segments: readonly string[],
): string | undefined {
  if (segments.length > 0) return areas.get(segments[0]!.toLowerCase());
  if (method === "DELETE") return "deleting the repository";
  return method === "PATCH" ? "changing the repository's settings" : undefined;
}
