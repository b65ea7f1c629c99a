import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explainRequest } from "../../../src/cli/explain/explain-request.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { VaultboxError } from "../../../src/base/errors.ts";
import { sendCall } from "../../support/api-call.ts";
import { githubRule, startGithubProxy, startGithubStandin } from "../../support/github-standin.ts";
import { openShared } from "../../support/shared-place.ts";

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

describe("policy explain says of a path what the proxy does", () => {
  const world = openShared(async (stack) => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-explain-")));
    stack.defer(() => rm(root, { recursive: true }));
    const standin = stack.use(await startGithubStandin());
    const git = [githubRule()];
    return {
      root,
      proxy: stack.use(await startGithubProxy({ standin, git, rules: allow })),
      paths: resolvePaths({ ...process.env, VAULTBOX_HOME: join(root, "home") }),
    };
  });

  test.each(requests)("%s %s", async (method, url, expected) => {
    const { root, proxy, paths } = world();
    const git = ["https://github.com/acme/widgets:push=agent/*"];
    const options = { command: [], workspace: root, allow, entryFlags: { git }, agent: "generic" };
    expect(await explain({ method, url }, options, paths)).toBe(expected);
    proxy.events.length = 0;
    const { status } = await sendCall(proxy, { title: url, line: `${method} ${url}` });
    const [decision] = proxy.events.filter((event) => event.type === "request.decision");
    expect(status === 400 ? "invalid" : decision?.verdict).toBe(expected);
  });
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
