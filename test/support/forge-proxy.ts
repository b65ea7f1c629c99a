import { ownedByGit } from "../../src/git/git-handlers.ts";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import { compileGitRules, type GitPolicy } from "../../src/git/entry/git-rules.ts";
import { parseConnectTo } from "../../src/proxy/client/connect-to.ts";
import { createDialer } from "../../src/proxy/upstream/dial.ts";
import type { Handler, HandlerTools } from "../../src/http/handler.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { startProxy, type ProxyFixture } from "./proxy-fixture.ts";

/** What tests choose of a proxy in front of a forge's stand-in. */
export interface ForgeProxyOptions {
  readonly standin: { readonly port: number; readonly caPem: string };
  readonly git?: readonly GitRule[];
  /** Host rules, as of `--allow` */
  readonly rules?: readonly string[];
  readonly credentials?: readonly SessionCredential[];
}

/** A proxy with one forge's handler in front of its stand-in, which is at all of `hosts`. */
export function startForgeProxy(
  options: ForgeProxyOptions,
  forge: {
    readonly hosts: readonly string[];
    readonly openHandler: (parts: {
      readonly policy: GitPolicy;
      readonly tools: HandlerTools;
    }) => Handler;
  },
): Promise<ProxyFixture> {
  const { standin, git = [], rules = [], credentials = [] } = options;
  return startProxy({
    rules,
    git,
    credentials,
    handlers: (tools) => ownedByGit([forge.openHandler({ policy: compileGitRules(git), tools })]),
    dialer: createDialer({
      roots: createUpstreamRoots({ extraCaPem: [standin.caPem] }),
      connectTo: forge.hosts.map((host) => parseConnectTo(`${host}:443:127.0.0.1:${standin.port}`)),
    }),
  });
}
