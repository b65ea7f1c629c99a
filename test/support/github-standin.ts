import { provide } from "./credential-fixtures.ts";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import { compileGitRules } from "../../src/git/entry/git-rules.ts";
import { ownedByGit } from "../../src/git/git-handlers.ts";
import { createGithubHandler } from "../../src/git/forge/github-handler.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import {
  type ForgeAnswer,
  type ForgeProxyOptions,
  type ForgeRequest,
  type ForgeStandin,
  startForgeProxy,
  startForgeStandin,
} from "./forge-standin.ts";
import { gitRule, pushGrant } from "./git-rule.ts";
import type { ProxyFixture } from "./proxy-fixture.ts";

export const githubHosts = [
  "api.github.com",
  "uploads.github.com",
  "codeload.github.com",
  "raw.githubusercontent.com",
  "ghe.example",
] as const;

/** What node ids name at the stand-in. */
const nodes: Readonly<Record<string, unknown>> = {
  R_widgets: { __typename: "Repository", nameWithOwner: "acme/widgets" },
  R_loot: { __typename: "Repository", nameWithOwner: "eve/loot" },
  PR_7: pull("acme/widgets"),
  PR_loot: pull("eve/loot"),
  REF_main: ref("main"),
  REF_x: ref("agent/x"),
  U_eve: { __typename: "User" },
};

function pull(nameWithOwner: string): unknown {
  return { __typename: "PullRequest", repository: { nameWithOwner } };
}

function ref(name: string): unknown {
  const repository = { nameWithOwner: "acme/widgets" };
  return { __typename: "Ref", name, prefix: "refs/heads/", repository };
}

/**
 * Keeps what arrives for GitHub's hosts. `answer` may answer other GraphQL requests than the questions about ids;
 * `questionAnswer` answers those instead.
 */
export function startGithubStandin(
  answer: (request: ForgeRequest) => unknown = () => ({ data: {} }),
  questionAnswer?: { readonly status: number; readonly text: string },
): Promise<ForgeStandin> {
  return startForgeStandin(githubHosts, (request) => {
    const found = answerQuestion(request);
    if (found !== undefined && questionAnswer !== undefined)
      return { ...questionAnswer, isQuestion: true };
    const answered = toJson(found ?? answer(request), new URL(request.url, "https://x"));
    return { ...answered, isQuestion: found !== undefined };
  });
}

function answerQuestion({ url, body }: ForgeRequest): unknown {
  if (!url.endsWith("/graphql") || !body.includes("__typename")) {
    if (!body.startsWith('{"query":"query($owner:String!,$name:String!){repository('))
      return undefined;
    const { owner, name } = JSON.parse(body).variables;
    // As a forge that follows a former name
    const nameWithOwner = name === "old-widgets" ? "acme/widgets" : `${owner}/${name}`;
    return { data: { repository: { nameWithOwner } } };
  }
  const ids: unknown = JSON.parse(body).variables?.ids;
  if (!Array.isArray(ids)) return undefined;
  return { data: { nodes: ids.map((id) => nodes[id] ?? null) } };
}

/** As GitHub: wrapped in a call of `callback`, where one is asked for. */
function toJson(value: unknown, { searchParams }: URL): ForgeAnswer {
  const callback = searchParams.get("callback");
  const text = JSON.stringify(value);
  if (callback === null) return { text };
  const headers = { "content-type": "application/javascript" };
  return { headers, text: `/**/${callback}(${text})` };
}

/** A `git:` entry for acme/widgets: reading, `agent/*`, pull requests without merging. */
export function githubRule(more: Partial<GitRule> = {}): GitRule {
  return gitRule({ push: pushGrant(), pulls: "create", ...more });
}

export const githubPlaceholder = "github_pat_thisIsAPlaceholderForTestsAndNoToken";

/** A credential for the API, for one repository or all. */
export function githubCredential(secret: string, repository?: string): SessionCredential {
  return {
    name: "github",
    vault: "test",
    bindings: ["api.github.com", "ghe.example"].map((host) => ({
      host,
      port: 443,
      pathPrefix: "/",
      scheme: { type: "bearer" as const },
      ...(repository === undefined ? {} : { repository }),
    })),
    placeholder: githubPlaceholder,
    provider: provide(secret),
  };
}

/** A proxy with the GitHub handler in front of the stand-in. */
export function startGithubProxy(options: ForgeProxyOptions): Promise<ProxyFixture> {
  const policy = compileGitRules(options.git ?? []);
  return startForgeProxy(options, {
    hosts: githubHosts,
    handlers: (tools) => ownedByGit([createGithubHandler({ policy, tools })]),
  });
}
