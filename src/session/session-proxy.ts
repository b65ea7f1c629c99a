import type { RequestRecorder } from "../proxy/egress/request-recorder.ts";
import { findPresetFor } from "../presets/presets.ts";
import type { SessionCa } from "../ca/session-ca.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import { parseConnectTo } from "../proxy/client/connect-to.ts";
import { createDialer } from "../proxy/upstream/dial.ts";
import { type ProxyPolicy, ProxyServer } from "../proxy/proxy-server.ts";
import type { SessionHandlersOptions, SigningParts } from "./session-handlers.ts";
import type { SessionPlan } from "./plan/session-plan.ts";
import { openSigner } from "./signing/session-signer.ts";
import type { SessionCredential } from "../credential/session-credential.ts";
import { createUpstreamRoots } from "../proxy/upstream/upstream-roots.ts";
import { parseUpstreamProxySettings } from "../proxy/upstream/upstream-proxy.ts";

/** What decides and records of a plan; a session without `git` signs nothing. */
export type ProxyPlan = Pick<SessionPlan, "policy" | "vaults" | "upstream"> &
  Partial<Pick<SessionPlan, "git">>;

interface SessionProxyOptions extends Omit<ProxyPlan, "vaults"> {
  readonly credentials: readonly SessionCredential[];
  readonly recorder: RequestRecorder;
  readonly ca: SessionCa;
  /** Where vaultbox keeps what it remembers */
  readonly stateFolder: string;
  /** Of the user, where an ssh-agent is found */
  readonly env: NodeJS.ProcessEnv;
}

interface SessionProxy {
  readonly proxy: ProxyServer;
  /** For another policy */
  readonly openHandlers: (policy: EgressPolicy) => Promise<Pick<ProxyPolicy, "handlers">>;
}

/**
 * The proxy of a session, ready for connections.
 * @throws VaultboxError VBX_USAGE for a bad `--connect-to` or proxy variable, VBX_SSH_AGENT_UNAVAILABLE
 */
export async function openSessionProxy(options: SessionProxyOptions): Promise<SessionProxy> {
  const { upstream, policy, credentials, recorder, ca } = options;
  const dialer = createDialer({
    roots: createUpstreamRoots({ extraCaPem: upstream.upstreamCa }),
    connectTo: upstream.connectTo.map(parseConnectTo),
    upstreamProxy: parseUpstreamProxySettings(upstream.env),
  });
  const signing = toSigningParts(options);
  const openHandlers = (wanted: EgressPolicy): Promise<Pick<ProxyPolicy, "handlers">> =>
    toHandlers({ policy: wanted, stateFolder: options.stateFolder, signing });
  const proxy = new ProxyServer({
    policy,
    credentials,
    recorder,
    ca,
    dialer,
    findPreset: findPresetFor,
    ...(await openHandlers(policy)),
  });
  return { proxy, openHandlers };
}

function toSigningParts({ git, env }: SessionProxyOptions): SigningParts | undefined {
  if (git?.signing === undefined) return undefined;
  const { author, repository } = git.signing;
  return { signer: openSigner(git.signing, env), author, repository };
}

/** Loaded when there is something to decide at a handler. */
async function toHandlers(options: SessionHandlersOptions): Promise<Pick<ProxyPolicy, "handlers">> {
  const { policy, signing } = options;
  if (policy.entries === undefined && signing === undefined) return {};
  const { openSessionHandlers } = await import("./session-handlers.ts");
  return { handlers: await openSessionHandlers(options) };
}
