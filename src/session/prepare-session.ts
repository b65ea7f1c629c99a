import { join } from "node:path";
import { type AuditLog, openAuditLog } from "../audit/audit-log.ts";
import { createSummary, type LiveSummary } from "../audit/summarise.ts";
import { createSessionCa, type SessionCa } from "../ca/session-ca.ts";
import { once } from "../base/once.ts";
import { type SessionFacts, sessionFolder } from "../base/session-state.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import { type ProxyPolicy, ProxyServer } from "../proxy/proxy-server.ts";
import type { Session } from "./session.ts";
import { toSessionCredentials } from "./session-credentials.ts";
import { findPresetFor } from "../presets/presets.ts";
import { parseConnectTo } from "../proxy/client/connect-to.ts";
import { createDialer, type Dialer } from "../proxy/upstream/dial.ts";
import type { SessionHandlersOptions, SigningParts } from "./session-handlers.ts";
import type { SessionPlan } from "./plan/session-plan.ts";
import { openSigner, type SessionSigning } from "./signing/session-signer.ts";
import type { UpstreamSettings } from "./plan/upstream-settings.ts";
import { TransferHeap } from "../proxy/transfer-heap.ts";
import { createUpstreamRoots } from "../proxy/upstream/upstream-roots.ts";
import { parseUpstreamProxySettings } from "../proxy/upstream/upstream-proxy.ts";

/** A session that decides and records; whether it has a sandbox is somebody else's. */
export interface PreparedSession {
  readonly audit: AuditLog;
  readonly summary: LiveSummary;
  readonly ca: SessionCa;
  readonly proxy: ProxyServer;
  /** Placeholders by environment variable */
  readonly placeholders: Readonly<Record<string, string>>;
  /**
   * Decides by another policy from the next request on, once the audit log has its hash. What the sandbox was told of the
   * policy, and how its git is set up, stays as it was.
   */
  readonly replacePolicy: (wanted: {
    readonly policy: EgressPolicy;
    /** SHA-256 of the policy, hex */
    readonly hash: string;
  }) => Promise<void>;
  /** Ends the proxy, then the audit log, so that every request has its outcome record before the end */
  readonly close: () => Promise<void>;
}

/** What decides and records of a plan; a session without `git` signs nothing. */
type ProxyPlan = Pick<SessionPlan, "policy" | "vaults" | "upstream"> &
  Partial<Pick<SessionPlan, "git">>;

interface PrepareOptions {
  /** Of the user, where an ssh-agent is found */
  readonly env: NodeJS.ProcessEnv;
  /** What is known of the session by now */
  readonly facts?: Partial<SessionFacts>;
}

/**
 * Joins policy, vaults, CA, audit log and proxy into a session. What it opened is on the session's stack.
 * @throws VaultboxError of each part; a session lacking one of them doesn't start
 */
export async function prepareSession(
  session: Session,
  plan: ProxyPlan,
  { env, facts = {} }: PrepareOptions,
): Promise<PreparedSession> {
  const { paths, stack } = session;
  const { id } = session.state;
  const { credentials, env: placeholders } = toSessionCredentials(plan.vaults);
  const [{ audit, summary, endLog }, ca] = await Promise.all([
    openLog(session),
    // Its name shows in the sandbox's trust stores
    createSessionCa({ name: `vaultbox session ${id}` }),
    session.record(facts),
  ]);
  stack.defer(endLog);
  const { policy, upstream, git } = plan;
  const dialer = toDialer(upstream);
  const signing = toSigningParts(git?.signing, env);
  const openHandlers = (wanted: EgressPolicy): Promise<Pick<ProxyPolicy, "handlers">> =>
    toHandlers({ policy: wanted, stateFolder: paths.state, signing });
  const handlers = await openHandlers(policy);
  const proxy = new ProxyServer({
    policy,
    credentials,
    recorder: audit,
    ca,
    dialer,
    findPreset: findPresetFor,
    ...handlers,
    heap: new TransferHeap(),
  });
  const close = once(async () => {
    await proxy[Symbol.asyncDispose]();
    await endLog();
  });
  stack.defer(close);
  return {
    audit,
    summary,
    ca,
    proxy,
    placeholders,
    replacePolicy: async (wanted) => {
      const handlers = await openHandlers(wanted.policy);
      audit.note("policy-replaced", { policyHash: wanted.hash });
      proxy.replacePolicy({ policy: wanted.policy, ...handlers });
    },
    close,
  };
}

/** As docker run: the command was not started. */
const failedStatus = 125;

/** The audit log of a session, which tells what is recorded once it is. @throws VaultboxError VBX_AUDIT_UNWRITABLE */
async function openLog(session: Session): Promise<SessionLog> {
  const { id } = session.state;
  const summary = createSummary();
  let isStarted = false;
  session.listen((told) => {
    if (told.type === "unrecorded") summary.addUnrecorded(told.event);
    if (told.type !== "recorded") return;
    isStarted ||= told.event.type === "session.start";
    summary.add(told.event);
  });
  const audit = await openAuditLog(join(sessionFolder(session.paths, id), "audit.jsonl"), {
    session: id,
    onEvent: (event) => session.tell({ type: "recorded", event }),
    onLost: (event) => session.tell({ type: "unrecorded", event }),
  });
  const endLog = once(async () => {
    // Otherwise its end would be all that is recorded of a session that failed on the way
    if (!isStarted) audit.note("not-started");
    const { requests, refused } = summary.current();
    const status = session.status ?? failedStatus;
    // A log that can't be written has refused the requests already; the session's own failure is what is reported
    await audit.end({ status, requests, refused }).catch(() => undefined);
  });
  return { audit, summary, endLog };
}

interface SessionLog {
  readonly audit: AuditLog;
  readonly summary: LiveSummary;
  /** Writes the last record and closes; never rejects */
  readonly endLog: () => Promise<void>;
}

/** @throws VaultboxError VBX_USAGE for a bad `--connect-to` or proxy variable */
function toDialer({ upstreamCa, connectTo, env }: UpstreamSettings): Dialer {
  return createDialer({
    roots: createUpstreamRoots({ extraCaPem: upstreamCa }),
    connectTo: connectTo.map(parseConnectTo),
    upstreamProxy: parseUpstreamProxySettings(env),
  });
}

/** @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE */
function toSigningParts(
  signing: SessionSigning | undefined,
  env: NodeJS.ProcessEnv,
): SigningParts | undefined {
  if (signing === undefined) return undefined;
  const { author, repository } = signing;
  return { signer: openSigner(signing, env), author, repository };
}

/** Loaded when there is something to decide at a handler. */
async function toHandlers(options: SessionHandlersOptions): Promise<Pick<ProxyPolicy, "handlers">> {
  const { policy, signing } = options;
  if (policy.entries === undefined && signing === undefined) return {};
  const { openSessionHandlers } = await import("./session-handlers.ts");
  return { handlers: await openSessionHandlers(options) };
}
