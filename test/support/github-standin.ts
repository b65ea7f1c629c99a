import { provide } from "./credential-fixtures.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import { createGithubHandler } from "../../src/git/forge/github-handler.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import { startForgeProxy, type ForgeProxyOptions } from "./forge-proxy.ts";
import type { ProxyFixture } from "./proxy-fixture.ts";
import { createTestCa } from "./test-ca.ts";
import { startTlsUpstream } from "./upstream.ts";

export const githubHosts = [
  "api.github.com",
  "uploads.github.com",
  "codeload.github.com",
  "raw.githubusercontent.com",
  "ghe.example",
] as const;

/** A request that reached the stand-in. */
export interface ArrivedRequest {
  readonly method: string;
  readonly host: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface GithubStandin extends AsyncDisposable {
  readonly port: number;
  readonly caPem: string;
  /** Everything that came, vaultbox's own questions about ids left out */
  readonly arrived: ArrivedRequest[];
  /** Those questions */
  readonly questions: ArrivedRequest[];
}

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
 * Records what arrives for GitHub's hosts. `answer` may answer other GraphQL requests than the questions about ids;
 * `questionAnswer` answers those instead.
 */
export async function startGithubStandin(
  answer: (request: ArrivedRequest) => unknown = () => ({ data: {} }),
  questionAnswer?: { readonly status: number; readonly text: string },
): Promise<GithubStandin> {
  const ca = createTestCa();
  const arrived: ArrivedRequest[] = [];
  const questions: ArrivedRequest[] = [];
  const upstream = await startTlsUpstream({
    ca,
    hosts: githubHosts,
    handler: (request, response) => {
      void readBody(request).then((body) => {
        const seen = toArrived(request, body);
        const found = answerQuestion(seen);
        (found === undefined ? arrived : questions).push(seen);
        if (found !== undefined && questionAnswer !== undefined) {
          response.writeHead(questionAnswer.status).end(questionAnswer.text);
        } else sendJson(response, found ?? answer(seen), new URL(seen.url, "https://x"));
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

function toArrived(request: IncomingMessage, body: string): ArrivedRequest {
  const { method = "", url = "", headers } = request;
  return { method, url, host: headers.host ?? "", authorization: headers.authorization, body };
}

function answerQuestion({ url, body }: ArrivedRequest): unknown {
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

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

/** As GitHub: wrapped in a call of `callback`, where one is asked for. */
function sendJson(response: ServerResponse, value: unknown, { searchParams }: URL): void {
  const callback = searchParams.get("callback");
  const text = JSON.stringify(value);
  response.setHeader("content-type", `application/${callback === null ? "json" : "javascript"}`);
  response.end(callback === null ? text : `/**/${callback}(${text})`);
}

/** A `git:` entry for acme/widgets: reading, `agent/*`, pull requests without merging. */
export function githubRule(more: Partial<GitRule> = {}): GitRule {
  return {
    forge: "github",
    scheme: "https",
    host: "github.com",
    port: 443,
    repository: "acme/widgets",
    read: true,
    push: {
      refs: ["refs/heads/agent/*"],
      create: true,
      force: false,
      delete: false,
      tags: false,
      maxPackBytes: 1024 * 1024,
      denyPaths: [],
    },
    pulls: "create",
    lfsHosts: [],
    exclusive: true,
    source: { kind: "flag", label: "--git" },
    ...more,
  };
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
  return startForgeProxy(options, { hosts: githubHosts, openHandler: createGithubHandler });
}
