// Stand-ins of forges, all in one way: a server at their hosts that keeps what arrives, and a proxy in front of it.
import type { IncomingMessage } from "node:http";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import type { OpenHandlers } from "../../src/http/handler.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import { parseConnectTo } from "../../src/proxy/client/connect-to.ts";
import { createDialer } from "../../src/proxy/upstream/dial.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { startProxy, type ProxyFixture } from "./proxy-fixture.ts";
import { createTestCa } from "./test-ca.ts";
import { startTlsUpstream } from "./upstream.ts";

/** A request that reached the stand-in. */
export interface ForgeRequest {
  readonly method: string;
  readonly host: string;
  readonly url: string;
  readonly authorization: string | undefined;
  /** GitLab's `PRIVATE-TOKEN` */
  readonly token: string | undefined;
  readonly body: string;
}

export interface ForgeAnswer {
  /** Whether the request is vaultbox's own question about a repository */
  readonly isQuestion?: boolean;
  /** Default: 200 */
  readonly status?: number;
  /** Beside `content-type: application/json` */
  readonly headers?: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface ForgeStandin extends AsyncDisposable {
  readonly port: number;
  readonly caPem: string;
  /** Everything that came, vaultbox's own questions left out */
  readonly arrived: ForgeRequest[];
  /** Those questions */
  readonly questions: ForgeRequest[];
}

/** Keeps and answers what arrives for the hosts. */
export async function startForgeStandin(
  hosts: readonly string[],
  answer: (request: ForgeRequest) => ForgeAnswer,
): Promise<ForgeStandin> {
  const ca = createTestCa();
  const arrived: ForgeRequest[] = [];
  const questions: ForgeRequest[] = [];
  const upstream = await startTlsUpstream({
    ca,
    hosts,
    handler: (request, response) => {
      void readRequest(request).then((seen) => {
        const { isQuestion = false, status = 200, headers, text } = answer(seen);
        (isQuestion ? questions : arrived).push(seen);
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
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

async function readRequest(request: IncomingMessage): Promise<ForgeRequest> {
  const { method = "", url = "", headers } = request;
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const { host = "", authorization, "private-token": token } = headers;
  const body = Buffer.concat(pieces).toString("utf8");
  return { method, host, url, authorization, token: token?.toString(), body };
}

/** What tests choose of a proxy in front of a stand-in. */
export interface ForgeProxyOptions {
  readonly standin: { readonly port: number; readonly caPem: string };
  readonly git?: readonly GitRule[];
  /** Host rules, as of `--allow` */
  readonly rules?: readonly string[];
  readonly credentials?: readonly SessionCredential[];
}

/** A proxy with a forge's handlers in front of its stand-in, which is at all of `hosts`. */
export function startForgeProxy(
  options: ForgeProxyOptions,
  { hosts, handlers }: { readonly hosts: readonly string[]; readonly handlers: OpenHandlers },
): Promise<ProxyFixture> {
  const { standin, git = [], rules = [], credentials = [] } = options;
  return startProxy({
    rules,
    git,
    credentials,
    handlers,
    dialer: createDialer({
      roots: createUpstreamRoots({ extraCaPem: [standin.caPem] }),
      connectTo: hosts.map((host) => parseConnectTo(`${host}:443:127.0.0.1:${standin.port}`)),
    }),
  });
}
