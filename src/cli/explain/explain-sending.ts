// What comes behind the decision, as proxy/egress/pipeline.ts and its dialer have it: nothing is revealed, resolved or sent.
import { isIP } from "node:net";
import type { Authority } from "../../http/authority.ts";
import { type ConnectTo, parseConnectTo } from "../../proxy/client/connect-to.ts";
import { type Authoriser, createAuthoriser } from "../../proxy/decide/authorise.ts";
import { type Sending, toAuthorisationRequest } from "../../proxy/decide/sending.ts";
import { toCredentialId } from "../../proxy/egress/reveal.ts";
import { resolveDialTarget } from "../../proxy/upstream/dial.ts";
import type { IncomingRequest } from "../../http/incoming-request.ts";
import { Refusal } from "../../http/refusal.ts";
import { toSessionCredentials } from "../../session/session-credentials.ts";
import { findPresetFor } from "../../presets/presets.ts";
import { mapRegistryAddresses } from "../../session/plan/upstream-settings.ts";
import type { SessionPolicy } from "../../session/plan/session-policy.ts";
import { openSessionVaults } from "../../session/plan/session-plan.ts";
import { toVaultContext } from "../vault-access.ts";

/** `credential`: `vault/name` of each that is attached, joined; null for none */
export type SendingVerdict =
  | { readonly verdict: "sent"; readonly credential: string | null }
  | { readonly verdict: "refused"; readonly reason: string; readonly why: string };

/** What the steps behind a decision go by; opened when a request gets that far. */
export interface SendingTools {
  readonly openAuthoriser: () => Promise<Authoriser>;
  readonly readConnectTo: () => Promise<readonly ConnectTo[]>;
}

/** @param vaults names of `--vault` */
export function toSendingTools(session: SessionPolicy, vaults: readonly string[]): SendingTools {
  return {
    openAuthoriser: async () => {
      const { credentials } = toSessionCredentials(
        await openSessionVaults(vaults, session, toVaultContext()),
      );
      return createAuthoriser(credentials, findPresetFor);
    },
    readConnectTo: () => readConnectTo(session),
  };
}

/**
 * Asks the proxy's own credential step, then its check of addresses that are written literally.
 * @throws VaultboxError of the vaults
 */
export async function explainSending(
  incoming: IncomingRequest,
  sending: Sending,
  { openAuthoriser, readConnectTo }: SendingTools,
): Promise<SendingVerdict> {
  const authorise = await openAuthoriser();
  try {
    const preparation = authorise(toAuthorisationRequest(incoming, sending));
    await refuseLiteralAddress(incoming.authority, readConnectTo);
    const credential = toCredentialId(preparation);
    return { verdict: "sent", credential: credential === "" ? null : credential };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { verdict: "refused", reason: error.reason, why: error.message };
  }
}

/** @throws Refusal 403 `address-not-allowed` */
export async function refuseLiteralAddress(
  authority: Pick<Authority, "host" | "port">,
  readMappings: SendingTools["readConnectTo"],
): Promise<void> {
  if (isIP(authority.host) !== 0) resolveDialTarget(authority, await readMappings());
}

export async function readConnectTo({
  preferences,
  registries,
}: SessionPolicy): Promise<readonly ConnectTo[]> {
  const mapped = await mapRegistryAddresses(registries, { env: process.env });
  return [...preferences.connectTo, ...mapped].map(parseConnectTo);
}
