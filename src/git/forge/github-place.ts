import type { GitRule } from "../entry/git-rule.ts";
import { gitRulesAt, type GitPolicy } from "../entry/git-rules.ts";
import type { RequestView } from "../../http/handler.ts";

/** Where a request to GitHub is for. */
export type GithubPlace =
  /** `path` is that of the API, without the prefix that it has on another host */
  | { readonly kind: "rest"; readonly path: string }
  | { readonly kind: "graphql" }
  /** Files and archives by name: `/owner/name/…` */
  | { readonly kind: "raw"; readonly repository: string };

/** A place with all entries that open its origin for this kind of request. */
export interface GithubAccess {
  readonly place: GithubPlace;
  readonly rules: readonly GitRule[];
}

/** Hosts of github.com that are nothing but API; on every other host it's below /api. */
const apiHosts: readonly string[] = ["api.github.com", "uploads.github.com"];

/** Undefined for what is no GitHub of an entry, or no API of it. */
export function findGithubAccess(
  policy: GitPolicy,
  request: RequestView,
): GithubAccess | undefined {
  const { authority } = request;
  const rulesFor = (kind: "api" | "raw") =>
    gitRulesAt(policy, authority, kind).filter(({ forge }) => forge === "github");
  const raw = rulesFor("raw");
  if (raw.length > 0) {
    const [, owner = "", name = ""] = request.path.split("/");
    return { place: { kind: "raw", repository: `${owner}/${name}` }, rules: raw };
  }
  const rules = rulesFor("api");
  if (rules.length === 0) return undefined;
  const isOwnHost = !apiHosts.includes(authority.host);
  const place = toApiPlace(request) ?? (isOwnHost ? undefined : toPlace(request, ""));
  return place && { place, rules };
}

// GitHub Enterprise Server has it below /api: https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
function toApiPlace(request: RequestView): GithubPlace | undefined {
  const match = /^\/api\/(?:v3|uploads)(?=\/|$)/i.exec(request.path);
  if (match !== null) return toPlace(request, match[0]);
  return /^\/api\/graphql(?:[/.;]|$)/i.test(request.path) ? { kind: "graphql" } : undefined;
}

function toPlace({ path }: RequestView, prefix: string): GithubPlace {
  const behind = path.slice(prefix.length) || "/";
  const isGraphql = /^\/graphql(?:[/.;]|$)/i.test(behind);
  return isGraphql ? { kind: "graphql" } : { kind: "rest", path: behind };
}
