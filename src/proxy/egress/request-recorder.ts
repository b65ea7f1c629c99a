import type { RequestDecisionEvent, RequestOutcomeEvent } from "../../audit/audit-event.ts";

/**
 * What the proxy needs of the audit log (invariant 9).
 * `decision` resolves once the kernel has the record, and rejects if it can't be written: the request is then refused.
 * `outcome` never rejects; a lost outcome shows as a decision without one, and poisons later decisions.
 */
export interface RequestRecorder {
  readonly decision: (event: RequestDecisionEvent) => Promise<void>;
  readonly outcome: (event: RequestOutcomeEvent) => void;
}
