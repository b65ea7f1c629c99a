import type { Paths } from "../config/paths.ts";
import { VaultboxError } from "../errors.ts";
import { decide } from "../policy/decide.ts";
import type { Decision, EgressRequest } from "../policy/policy.ts";
import { parseAuthority } from "../proxy/authority.ts";
import { bindingsFor, createBoundHosts } from "../proxy/credential/bound-hosts.ts";
import { Refusal } from "../proxy/refusal.ts";
import type { SessionCredential } from "../proxy/session-credential.ts";
import { parseTarget } from "../proxy/target.ts";
import { openVaults } from "../vault/open-vaults.ts";
import { toVaultContext } from "./vault-access.ts";
import { resolveSessionPolicy, type SessionPolicyOptions } from "./session-policy.ts";

/** What would happen to one request. */
export interface Explanation {
  readonly request: EgressRequest;
  readonly decision: Decision;
  /** `vault/name` of the credential that would be attached; null for none */
  readonly credential: string | null;
}

/**
 * Decides a request as the proxy would, with the same parsers, and names the credential it would attach.
 * @throws VaultboxError VBX_USAGE for what the proxy would refuse as invalid; those of the policy and the vaults
 */
export async function explainRequest(
  wanted: { readonly method: string; readonly url: string; readonly vaults: readonly string[] },
  options: SessionPolicyOptions,
  paths: Paths,
): Promise<Explanation> {
  const request = readRequest(wanted.method, wanted.url);
  const session = await resolveSessionPolicy(options, paths);
  const decision = decide(session.policy, request);
  if (decision.verdict === "deny") return { request, decision, credential: null };
  const { projectFile, preferences } = session;
  const names =
    wanted.vaults.length > 0 ? wanted.vaults : (projectFile?.project.vaults ?? preferences.vaults);
  const credential = findCredential(request, await listCredentials(names));
  return { request, decision, credential };
}

/** Reads the request with the proxy's own parsers; `wss://` asks for a WebSocket. */
function readRequest(method: string, url: string): EgressRequest {
  const upgraded = /^wss?:/i.test(url);
  const target = url.replace(/^ws(s?):/i, "http$1:");
  try {
    if (!/^[A-Z][A-Z-]*$/.test(method) || method === "CONNECT") {
      throw new VaultboxError("VBX_USAGE", `invalid method "${method}": write it in upper case`);
    }
    const { scheme, authorityText, path } = parseTarget(method, target);
    if (scheme === undefined || authorityText === undefined) {
      throw new VaultboxError("VBX_USAGE", `invalid URL "${url}": write it whole, with https://`);
    }
    const { host, port } = parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80);
    return { scheme, host, port, method, path, websocket: upgraded };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new VaultboxError("VBX_USAGE", error.message, { cause: error });
  }
}

function findCredential(
  request: EgressRequest,
  credentials: readonly SessionCredential[],
): string | null {
  const boundHost = createBoundHosts(credentials)(request.host);
  const [first] = boundHost === undefined ? [] : bindingsFor(boundHost, request);
  return first === undefined ? null : `${first.credential.vault}/${first.credential.name}`;
}

async function listCredentials(names: readonly string[]): Promise<readonly SessionCredential[]> {
  const vaults = await openVaults(names, toVaultContext());
  return vaults.flatMap((vault) =>
    vault.credentials.map(({ name, bindings }) => ({
      name,
      vault: vault.name,
      bindings,
      placeholder: "",
      reveal: () => Promise.reject(new Error("an explanation reads no secret")),
    })),
  );
}
