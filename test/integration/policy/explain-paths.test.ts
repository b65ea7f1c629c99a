import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explainRequest } from "../../../src/cli/explain/explain-request.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { VaultboxError } from "../../../src/base/errors.ts";
import { sendCall } from "../../support/api-call.ts";
import { githubRule, startGithubProxy, startGithubStandin } from "../../support/github-standin.ts";

const allow = [
  "GET https://ghe.example/pub/*",
  "GET https://ghe.example/all/**",
  "GET https://raw.githubusercontent.com/acme/other/**",
];
const api = "https://api.github.com/repos/acme/widgets";

/** Requests with what becomes of them; `invalid` is what no rule is asked about. */
const requests = [
  ["GET", "https://ghe.example/pub/a%2Fb", "deny"],
  ["GET", "https://ghe.example/all/a%2Fb", "allow"],
  ["GET", "https://ghe.example/all/./b", "allow"],
  ["GET", "https://ghe.example/all//b", "allow"],
  ["GET", "https://ghe.example/pub//b", "deny"],
  ["GET", "https://ghe.example/pub/caf%E9", "allow"],
  ["GET", "https://ghe.example/pub/Zürich?q=ü", "allow"],
  ["GET", "https://ghe.example/all/a%252Fb", "invalid"],
  ["GET", "https://ghe.example/all/a%2F..%2Fb", "invalid"],
  ["GET", "https://ghe.example//all/b", "invalid"],
  ["GET", `${api}/git/ref/heads%2Fagent%2Fx`, "allow"],
  ["GET", `${api}/branches/agent%2Fx/protection`, "allow"],
  ["PUT", `${api}/branches/agent%2Fx/protection`, "deny"],
  ["GET", `${api}/environments/a%2Fb/secrets`, "deny"],
  ["GET", `${api}%2Fhooks`, "deny"],
  ["GET", "https://raw.githubusercontent.com/acme/widgets/agent%2Fx/a", "allow"],
  ["GET", "https://raw.githubusercontent.com/acme%2Fwidgets/main/a", "deny"],
] as const;

test("policy explain says of every spelling of a path what the proxy does", async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-explain-")));
  const paths = resolvePaths({ ...process.env, VAULTBOX_HOME: join(root, "home") });
  const git = ["https://github.com/acme/widgets:push=agent/*"];
  const options = { command: [], workspace: root, allow, entryFlags: { git }, agent: "generic" };
  try {
    await using standin = await startGithubStandin();
    await using proxy = await startGithubProxy({ standin, git: [githubRule()], rules: allow });
    for (const [method, url, expected] of requests) {
      const said = await explain({ method, url }, options, paths);
      proxy.events.length = 0;
      const { status } = await sendCall(proxy, { title: url, line: `${method} ${url}` });
      const [decision] = proxy.events.filter((event) => event.type === "request.decision");
      const done = status === 400 ? "invalid" : decision?.verdict;
      expect({ url, said, done }).toEqual({ url, said: expected, done: expected });
    }
  } finally {
    await rm(root, { recursive: true });
  }
});

async function explain(
  wanted: { readonly method: string; readonly url: string },
  options: Parameters<typeof explainRequest>[1],
  paths: Parameters<typeof explainRequest>[2],
): Promise<string> {
  try {
    return (await explainRequest({ ...wanted, headers: [], vaults: [] }, options, paths)).verdict;
  } catch (error) {
    if (error instanceof VaultboxError && error.code === "VBX_USAGE") return "invalid";
    throw error;
  }
}
