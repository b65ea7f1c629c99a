import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SessionCa } from "../ca/session-ca.ts";
import type { Paths } from "../base/paths.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { ProxyServer } from "../proxy/proxy-server.ts";
import type { OpenVault } from "../vault/open-vaults.ts";
import { toSessionCredentials, type SessionCredentials } from "./session-credentials.ts";
import { createSessionId } from "../base/session-id.ts";
import { openSessionLog, type SessionLog } from "./session-log.ts";
import { createCaOfSession, openSessionProxy, type UpstreamSettings } from "./session-proxy.ts";

export interface ProxySessionOptions {
  readonly paths: Paths;
  readonly policy: EgressPolicy;
  readonly policyHash: string;
  readonly vaults: readonly OpenVault[];
  readonly upstream: UpstreamSettings;
}

/** A session without a sandbox: a proxy that decides and records, with the credentials of some vaults. */
export interface ProxySession extends SessionCredentials {
  readonly session: string;
  readonly auditPath: string;
  readonly ca: SessionCa;
  readonly proxy: ProxyServer;
  /** How its log says that it ended; 0 until it's set */
  status: number;
  /** From here on its log is kept: of a session that never began none is left that would pass for the newest one's */
  isBegun: boolean;
}

/** Opens the parts and writes the first record; all of it is closed with `stack`. @throws VaultboxError of each part */
export async function openProxySession(
  options: ProxySessionOptions,
  stack: AsyncDisposableStack,
): Promise<ProxySession> {
  const { paths, policy, policyHash, vaults, upstream } = options;
  const id = createSessionId();
  const folder = join(paths.sessions, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let opened: ProxySession | undefined;
  stack.defer(() => (opened?.isBegun === true ? undefined : rm(folder, { recursive: true })));
  const log: SessionLog = await openSessionLog(join(folder, "audit.jsonl"), id);
  stack.defer(() => log.end(opened?.status ?? 0));
  const held = toSessionCredentials(vaults);
  const ca = await createCaOfSession(id);
  const proxy = stack.use(
    await openSessionProxy({
      session: id,
      policy,
      credentials: held.credentials,
      recorder: log.audit,
      upstream,
      ca,
      gitCacheFolder: paths.git,
    }),
  );
  await log.audit.start({ command: [], policyHash, vaults: vaults.map(({ name }) => name) });
  opened = {
    ...held,
    session: id,
    auditPath: log.audit.path,
    ca,
    proxy,
    status: 0,
    isBegun: false,
  };
  return opened;
}
