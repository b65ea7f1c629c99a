import { provide } from "./credential-fixtures.ts";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import { compileGitRules } from "../../src/git/entry/git-rules.ts";
import { ownedByGit } from "../../src/git/git-handlers.ts";
import { createGitlabHandler } from "../../src/git/forge/gitlab-handler.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import {
  type ForgeProxyOptions,
  type ForgeStandin,
  startForgeProxy,
  startForgeStandin,
} from "./forge-standin.ts";
import { gitRule, pushGrant } from "./git-rule.ts";
import type { ProxyFixture } from "./proxy-fixture.ts";

export const gitlabHost = "gitlab.example.test";

/** The number of acme/tools/widgets at the stand-in. */
export const widgetsId = 42;

/** What whoever registers a runner needs. */
export const runnersToken = "GR1348941-thisIsARunnersToken";

/** Keeps what arrives, and knows the number of one project. */
export function startGitlabStandin(): Promise<ForgeStandin> {
  return startForgeStandin([gitlabHost], ({ method, url }) => ({
    isQuestion: method === "GET" && url === "/api/v4/projects/acme%2Ftools%2Fwidgets",
    text: JSON.stringify({
      id: widgetsId,
      path_with_namespace: "acme/tools/widgets",
      runners_token: runnersToken,
    }),
  }));
}

/** A `git:` entry for acme/tools/widgets: reading, `agent/*`, merge requests without merging, no change of the pipeline. */
export function gitlabRule(more: Partial<GitRule> = {}): GitRule {
  return gitRule({
    forge: "gitlab",
    host: gitlabHost,
    repository: "acme/tools/widgets",
    push: pushGrant({ denyPaths: [".gitlab-ci.yml"] }),
    pulls: "create",
    ...more,
  });
}

export function gitlabCredential(secret: string, repository?: string): SessionCredential {
  return {
    name: "gitlab",
    vault: "test",
    bindings: [
      {
        host: gitlabHost,
        port: 443,
        pathPrefix: "/api",
        scheme: { type: "header", header: "PRIVATE-TOKEN" },
        ...(repository === undefined ? {} : { repository }),
      },
    ],
    placeholder: "glpat-thisIsAPlaceholderForTestsAndNoToken",
    provider: provide(secret),
  };
}

/** A proxy with the GitLab handler in front of the stand-in. */
export function startGitlabProxy(options: ForgeProxyOptions): Promise<ProxyFixture> {
  const policy = compileGitRules(options.git ?? []);
  return startForgeProxy(options, {
    hosts: [gitlabHost],
    handlers: (tools) => ownedByGit([createGitlabHandler({ policy, tools })]),
  });
}
