import { join } from "node:path";
import { openAuditLog, type AuditLog } from "../audit/audit-log.ts";
import { createSummary, type LiveSummary } from "../audit/summarise.ts";
import { createSessionCa, type SessionCa } from "../ca/session-ca.ts";
import { once } from "../base/once.ts";
import { sessionFolder, type SessionFacts } from "../base/session-state.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { ProxyServer } from "../proxy/proxy-server.ts";
import type { Session } from "./session.ts";
import { toSessionCredentials } from "./session-credentials.ts";
import { openSessionProxy, type ProxyPlan } from "./session-proxy.ts";

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
  const { proxy, openHandlers } = await openSessionProxy({
    ...plan,
    credentials,
    recorder: audit,
    ca,
    env,
    stateFolder: paths.state,
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
    replacePolicy: async ({ policy, hash }) => {
      const handlers = await openHandlers(policy);
      audit.note("policy-replaced", { policyHash: hash });
      proxy.replacePolicy({ policy, ...handlers });
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
