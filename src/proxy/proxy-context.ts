import type { SessionCa } from "../ca/session-ca.ts";
import type { ClientSlots } from "./client/client-slots.ts";
import type { Authoriser } from "./decide/authorise.ts";
import type { Deciders } from "./decide/decide-request.ts";
import type { PlaceholderSearch } from "../credential/placeholder-search.ts";
import type { SecretEchoes } from "./egress/secret-echo.ts";
import type { UpgradedConnections } from "./egress/relay-upgraded.ts";
import type { Deadlines } from "./deadlines.ts";
import type { HeldBytes } from "./egress/held-bytes.ts";
import type { ReadAhead } from "./read-ahead.ts";
import type { RefusedTunnels } from "./client/refused-tunnels.ts";
import type { RequestRecorder } from "./egress/request-record.ts";
import type { Admit } from "./decide/admission.ts";
import type { Turns } from "./client/turns.ts";
import type { Upstream } from "./upstream/upstream.ts";

/** What every connection of one session's proxy shares. */
export interface ProxyContext {
  /** What decides requests that begin now; replaced as a whole when the session gets another policy */
  deciders: Deciders;
  readonly authorise: Authoriser;
  /** Finds a placeholder of this session in a text */
  readonly findPlaceholder: PlaceholderSearch;
  readonly recorder: RequestRecorder;
  /** Asked before anything is done for a request that was allowed */
  readonly admit: Admit;
  readonly upstream: Upstream;
  readonly ca: SessionCa;
  readonly deadlines: Deadlines;
  readonly slots: ClientSlots;
  readonly echoes: SecretEchoes;
  readonly held: HeldBytes;
  readonly readAhead: ReadAhead;
  readonly turns: Turns;
  readonly upgraded: UpgradedConnections;
  readonly refusedTunnels: RefusedTunnels;
  /** The next request number, from 1 */
  readonly nextRequest: () => number;
}
