import { compileGitRules } from "../../../src/git/entry/git-rules.ts";
import { provide } from "../../support/credential-fixtures.ts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitRule } from "../../../src/git/entry/git-rule.ts";
import { parseConnectTo } from "../../../src/proxy/client/connect-to.ts";
import { createDialer } from "../../../src/proxy/upstream/dial.ts";
import { createLfsHandler } from "../../../src/git/lfs/lfs-handler.ts";
import type { SessionCredential } from "../../../src/credential/session-credential.ts";
import { createUpstreamRoots } from "../../../src/proxy/upstream/upstream-roots.ts";
import { type GitClient, openProxiedClient } from "../../support/git-client.ts";
import { readGit } from "../../support/git.ts";
import { serverRule } from "../../support/git-proxy.ts";
import { lfsGitHost, otherHost, storageHost, type LfsServer } from "../../support/lfs-server.ts";
import { type ProxyFixture, startProxy } from "../../support/proxy-fixture.ts";

export interface LfsWorld extends AsyncDisposable {
  readonly proxy: ProxyFixture;
  readonly client: GitClient;
  /** A repository whose remote is acme/widgets, with `image.psd` in LFS */
  readonly work: string;
  readonly folder: string;
}

/** A `git:` entry for acme/widgets that may push, with its objects at the storage. */
export function lfsRule(more: Partial<GitRule> = {}): GitRule {
  return serverRule("acme/widgets", {}, { lfsHosts: [storageHost], ...more });
}

/** A proxy with the LFS handler in front of the server, and a work tree that git-lfs works in. */
export async function openLfsWorld(options: {
  readonly server: LfsServer;
  readonly git?: readonly GitRule[];
  /** Host rules under which the client's own credentials pass */
  readonly rules?: readonly string[];
}): Promise<LfsWorld> {
  const { server, git: entries = [], rules = [] } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vbx-lfs-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const proxy = stack.use(
    await startProxy({
      rules,
      git: entries,
      clientCredentials: "pass",
      credentials: [toCredential(server)],
      handlers: () => [createLfsHandler({ policy: compileGitRules(entries) })],
      dialer: createDialer({
        roots: createUpstreamRoots({ extraCaPem: [server.caPem] }),
        connectTo: [lfsGitHost, storageHost, otherHost].map((host) =>
          parseConnectTo(`${host}:443:127.0.0.1:${server.port}`),
        ),
      }),
    }),
  );
  const caPem = proxy.ca.certificatePem;
  const client = stack.use(await openProxiedClient({ path: proxy.path, caPem }, folder));
  const work = join(folder, "work");
  await makeWorkTree(work, client.urlOf("acme/widgets"));
  const kept = stack.move();
  return { proxy, client, work, folder, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function makeWorkTree(work: string, url: string): Promise<void> {
  await readGit(["init", "--quiet", "--initial-branch=main", work], { cwd: tmpdir() });
  await readGit(["lfs", "install", "--local"], { cwd: work });
  await readGit(["lfs", "track", "*.psd"], { cwd: work });
  await readGit(["remote", "add", "origin", url], { cwd: work });
  await writeFile(join(work, "image.psd"), Buffer.alloc(200_000, "pixels"));
  await readGit(["add", "."], { cwd: work });
  await readGit(["commit", "--quiet", "--message=one"], { cwd: work });
}

function toCredential(server: LfsServer): SessionCredential {
  return {
    name: "git",
    vault: "test",
    bindings: [
      {
        host: lfsGitHost,
        port: 443,
        pathPrefix: "/",
        scheme: { type: "basic", username: "x-access-token" },
      },
    ],
    placeholder: "ghp_thisIsNoTokenButAPlaceholderForTests",
    provider: provide(server.token),
  };
}
