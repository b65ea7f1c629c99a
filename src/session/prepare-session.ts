import { join } from "node:path";
import type { AuditLog } from "../audit/audit-log.ts";
import type { LiveSummary } from "../audit/summarise.ts";
import type { SessionCa } from "../ca/session-ca.ts";
import type { Paths } from "../base/paths.ts";
import type { ProxyServer } from "../proxy/proxy-server.ts";
import { once } from "../base/once.ts";
import { revealedSecrets } from "../base/redact.ts";
import { refuseDisclosed, toDisclosures } from "./disclosed-secrets.ts";
import { parseEnvironmentFlags } from "../sandbox/environment/environment.ts";
import type { RunRequest } from "./run-request.ts";
import type { SessionPlan } from "./session-plan.ts";
import { toSessionCredentials } from "./session-credentials.ts";
import type { SigningParts } from "./session-handlers.ts";
import { openSigner } from "./signing/session-signer.ts";
import { openSessionLog } from "./session-log.ts";
import { createCaOfSession, openSessionProxy } from "./session-proxy.ts";
import { sessionFolder, writeState, type SessionState } from "../base/session-state.ts";

/** What is recorded of a session when everything of it is gone; kept up to date while it runs. */
export interface SessionOutcome {
  state: SessionState;
  status: number | undefined;
}

/** A session that decides and records, before it has a sandbox. */
export interface PreparedSession {
  readonly state: SessionState;
  readonly audit: AuditLog;
  readonly summary: LiveSummary;
  readonly ca: SessionCa;
  readonly proxy: ProxyServer;
  /** Placeholders by environment variable */
  readonly placeholders: Readonly<Record<string, string>>;
  readonly outcome: SessionOutcome;
  /** Ends the proxy, then the audit log, so that every request has its outcome record before the end */
  readonly close: () => Promise<void>;
  /** `--env`, parsed and checked */
  readonly userEnv: Readonly<Record<string, string>>;
}

interface SessionHost {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Joins policy, vaults, CA, audit log and proxy into a session. What it opened is on `stack`.
 * @throws VaultboxError of each part; a session lacking one of them doesn't start
 */
export async function prepareSession(
  request: RunRequest,
  { host, outcome }: { readonly host: SessionHost; readonly outcome: SessionOutcome },
  stack: AsyncDisposableStack,
): Promise<PreparedSession> {
  const userEnv = parseEnvironmentFlags(request.env, host.env);
  const { credentials, env: placeholders } = toSessionCredentials(request.plan.vaults);
  await refuseDisclosed(toDisclosures(request, userEnv), request.plan.vaults);
  const { plan } = request;
  const { id } = outcome.state;
  const command = request.command.map((text) => revealedSecrets.redact(text));
  const state = { ...outcome.state, command, agent: plan.agent.name };
  outcome.state = state;
  const auditPath = join(sessionFolder(host.paths, id), "audit.jsonl");
  const [{ audit, summary, end }, ca] = await Promise.all([
    openSessionLog(auditPath, id),
    createCaOfSession(id),
    writeState(host.paths, state),
  ]);
  const endLog = once(() => end(outcome.status ?? failedStatus));
  stack.defer(endLog);
  const { policy } = plan;
  const signing = toSigningParts(plan, host.env);
  const proxy = await openSessionProxy({
    session: id,
    policy,
    credentials,
    recorder: audit,
    upstream: plan.upstream,
    ca,
    ...signing,
    gitCacheFolder: host.paths.git,
  });
  const close = once(async () => {
    await proxy[Symbol.asyncDispose]();
    await endLog();
  });
  stack.defer(close);
  return { state, audit, summary, ca, proxy, placeholders, outcome, userEnv, close };
}

/** @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE */
function toSigningParts(
  { git: { signing } }: SessionPlan,
  env: NodeJS.ProcessEnv,
): { readonly signing?: SigningParts } {
  if (signing === undefined) return {};
  const { author, repository } = signing;
  return { signing: { signer: openSigner(signing, env), author, repository } };
}

/** As docker run: the command was not started. */
const failedStatus = 125;
