import { compileGitRules } from "../../src/git/entry/git-rules.ts";
import { provide } from "./credential-fixtures.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultMaxPackBytes, type GitRule, type PushGrant } from "../../src/git/entry/git-rule.ts";
import { parseConnectTo } from "../../src/proxy/client/connect-to.ts";
import { createDialer } from "../../src/proxy/upstream/dial.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { openGitHandlers } from "../../src/git/git-handlers.ts";
import { openProxiedClient, type ProxiedClient } from "./git-client.ts";
import { gitRule, pushGrant } from "./git-rule.ts";
import { gitHost, type GitServer, gitUser } from "./git-server.ts";
import { type ProxyFixture, startProxy } from "./proxy-fixture.ts";

export interface GitProxyOptions {
  /** What of a server the proxy needs */
  readonly server: Pick<GitServer, "port" | "token"> & {
    readonly ca: { readonly certPem: string };
  };
  readonly git?: readonly GitRule[];
  /** Host rules, as of `--allow` */
  readonly rules?: readonly string[];
  /** Default: the server's token, for every repository of it */
  readonly credentials?: readonly SessionCredential[];
}

/** A proxy in front of a git server, its credential for it, and a client that has no other way. */
export interface GitProxy extends AsyncDisposable {
  readonly client: ProxiedClient;
  readonly proxy: ProxyFixture;
  /** For what tests write; removed with the proxy */
  readonly folder: string;
}

export async function openGitProxy(options: GitProxyOptions): Promise<GitProxy> {
  const { server } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vbx-git-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const policy = compileGitRules(options.git ?? []);
  const proxy = stack.use(
    await startProxy({
      handlers: openGitHandlers({ policy, stateFolder: join(folder, "state") }),
      rules: options.rules ?? [],
      git: options.git ?? [],
      credentials: options.credentials ?? [tokenCredential(server)],
      dialer: createDialer({
        roots: createUpstreamRoots({ extraCaPem: [server.ca.certPem] }),
        connectTo: [parseConnectTo(`${gitHost}:443:127.0.0.1:${server.port}`)],
      }),
    }),
  );
  const caPem = proxy.ca.certificatePem;
  const client = stack.use(await openProxiedClient({ path: proxy.path, caPem }, folder));
  const kept = stack.move();
  return { client, proxy, folder, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The server's token, as the vault would give it. */
export function tokenCredential(
  server: Pick<GitServer, "token">,
  repository?: string,
): SessionCredential {
  const binding = {
    host: gitHost,
    port: 443,
    pathPrefix: "/",
    scheme: { type: "basic", username: gitUser },
  } as const;
  return {
    name: "git",
    vault: "test",
    bindings: [{ ...binding, ...(repository === undefined ? {} : { repository }) }],
    placeholder: "ghp_thisIsNoTokenButAPlaceholderForTests",
    provider: provide(server.token),
  };
}

/** A `git:` entry of the git server's host: reading, and what is granted beside `agent/*`. */
export function serverRule(
  repository: string,
  push?: Partial<PushGrant>,
  rule: Partial<GitRule> = {},
): GitRule {
  return gitRule({
    forge: "generic",
    host: gitHost,
    repository,
    push: push === undefined ? undefined : { ...agentPushGrant, ...push },
    pulls: "create",
    ...rule,
  });
}

/** What a `git:` entry gives when it says no more than `push: ["agent/*"]`. */
export const agentPushGrant: PushGrant = pushGrant({ maxPackBytes: defaultMaxPackBytes });
