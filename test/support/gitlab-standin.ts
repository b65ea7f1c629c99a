import { provide } from "./credential-fixtures.ts";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import { createGitlabHandler } from "../../src/git/forge/gitlab-handler.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import { startForgeProxy, type ForgeProxyOptions } from "./forge-proxy.ts";
import type { ProxyFixture } from "./proxy-fixture.ts";
import { createTestCa } from "./test-ca.ts";
import { startTlsUpstream } from "./upstream.ts";

export const gitlabHost = "gitlab.example.test";

/** The number of acme/tools/widgets at the stand-in. */
export const widgetsId = 42;

/** What whoever registers a runner needs. */
export const runnersToken = "GR1348941-thisIsARunnersToken";

/** A request that reached the stand-in. */
export interface GitlabRequest {
  readonly line: string;
  readonly token: string | undefined;
  readonly body: string;
}

export interface GitlabStandin extends AsyncDisposable {
  readonly port: number;
  readonly caPem: string;
  /** Everything that came, vaultbox's own questions left out */
  readonly arrived: GitlabRequest[];
  /** Those questions */
  readonly questions: GitlabRequest[];
}

/** Records what arrives, and knows the number of one project. */
export async function startGitlabStandin(): Promise<GitlabStandin> {
  const ca = createTestCa();
  const arrived: GitlabRequest[] = [];
  const questions: GitlabRequest[] = [];
  const upstream = await startTlsUpstream({
    ca,
    hosts: [gitlabHost],
    handler: (request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const token = headers["private-token"];
        const seen = {
          line: `${method} ${url}`,
          token: typeof token === "string" ? token : undefined,
          body: Buffer.concat(pieces).toString("utf8"),
        };
        const isQuestion = seen.line === "GET /api/v4/projects/acme%2Ftools%2Fwidgets";
        (isQuestion ? questions : arrived).push(seen);
        response.setHeader("content-type", "application/json");
        const project = { id: widgetsId, path_with_namespace: "acme/tools/widgets" };
        response.end(JSON.stringify({ ...project, runners_token: runnersToken }));
      });
    },
  });
  return {
    port: upstream.port,
    caPem: ca.certPem,
    arrived,
    questions,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

/** A `git:` entry for acme/tools/widgets: reading, `agent/*`, merge requests without merging, no change of the pipeline. */
export function gitlabRule(more: Partial<GitRule> = {}): GitRule {
  return {
    forge: "gitlab",
    scheme: "https",
    host: gitlabHost,
    port: 443,
    repository: "acme/tools/widgets",
    read: true,
    push: {
      refs: ["refs/heads/agent/*"],
      create: true,
      force: false,
      delete: false,
      tags: false,
      maxPackBytes: 1024 * 1024,
      denyPaths: [".gitlab-ci.yml"],
    },
    pulls: "create",
    lfsHosts: [],
    exclusive: true,
    source: { kind: "flag", label: "--git" },
    ...more,
  };
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
  return startForgeProxy(options, { hosts: [gitlabHost], openHandler: createGitlabHandler });
}
