import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forwardTo } from "../../support/git-client.ts";
import type { ForgeRequest } from "../../support/forge-standin.ts";
import { githubPlaceholder } from "../../support/github-standin.ts";
import type { ProxyFixture } from "../../support/proxy-fixture.ts";

export interface GhResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Debian's `gh` as the sandbox has it: a placeholder for a token, one way out. */
export interface GhClient extends AsyncDisposable {
  readonly run: (...args: string[]) => Promise<GhResult>;
}

export async function openGhClient(proxy: ProxyFixture): Promise<GhClient> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vbx-gh-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, proxy.ca.certificatePem);
  const forwarder = stack.use(await forwardTo(proxy.path));
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    TMPDIR: folder,
    GH_CONFIG_DIR: folder,
    GH_TOKEN: githubPlaceholder,
    GH_PROMPT_DISABLED: "1",
    NO_COLOR: "1",
    HTTPS_PROXY: `http://127.0.0.1:${forwarder.port}`,
    SSL_CERT_FILE: caFile,
  };
  const kept = stack.move();
  return {
    run: (...args) => runGh(args, { env, folder }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function runGh(
  args: readonly string[],
  { env, folder }: { readonly env: NodeJS.ProcessEnv; readonly folder: string },
): Promise<GhResult> {
  return new Promise((resolve, reject) => {
    const options = { env, cwd: folder, timeout: 30_000 };
    execFile("gh", [...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === "number") resolve({ status, stdout, stderr });
      else reject(new Error("gh cannot be run; install Debian's package gh", { cause: error }));
    });
  });
}

const pullRequest = {
  id: "PR_7",
  number: 7,
  title: "A change",
  state: "OPEN",
  url: "https://github.com/acme/widgets/pull/7",
  body: "the text",
  author: { login: "octo" },
  isDraft: false,
  isCrossRepository: false,
  mergeStateStatus: "CLEAN",
  headRefName: "agent/x",
  baseRefName: "main",
  headRepositoryOwner: { id: "U_acme", login: "acme" },
  commits: { totalCount: 1, nodes: [{ commit: { oid: "1".repeat(40) } }] },
  createdAt: "2026-11-01T00:00:00Z",
};

const repository = {
  id: "R_widgets",
  name: "widgets",
  owner: { id: "U_acme", login: "acme" },
  description: "about widgets",
  hasIssuesEnabled: true,
  viewerPermission: "WRITE",
  defaultBranchRef: { name: "main" },
  mergeCommitAllowed: true,
  parent: null,
  pullRequest,
};

/** What GitHub would answer to the operations of gh 2.23, by their names. */
const operations: Readonly<Record<string, unknown>> = {
  RepositoryInfo: { repository },
  PullRequestList: { repository: { pullRequests: { totalCount: 1, nodes: [pullRequest] } } },
  PullRequestByNumber: { repository },
  PullRequestForBranch: { repository: { ...repository, pullRequests: { nodes: [] } } },
  PullRequestCreate: { createPullRequest: { pullRequest } },
  CommentCreate: { addComment: { commentEdge: { node: { url: `${pullRequest.url}#c1` } } } },
  PullRequest_fields: { PullRequest: { fields: [{ name: "isMergeQueueEnabled" }] } },
  UserCurrent: { viewer: { login: "octo" } },
};

/** Answers gh as GitHub would, as far as the tests ask. */
export function answerGh({ method, url, body }: ForgeRequest): unknown {
  if (url === "/repos/acme/widgets") return { full_name: "acme/widgets", default_branch: "main" };
  if (url === "/repos/acme/widgets/readme") {
    const content = Buffer.from("# Widgets").toString("base64");
    return { name: "README.md", path: "README.md", encoding: "base64", content };
  }
  if (method !== "POST" || url !== "/graphql") return {};
  const name: unknown = JSON.parse(body).operationName;
  return { data: typeof name === "string" ? (operations[name] ?? {}) : {} };
}
