import type { RequestDecisionEvent, RequestOutcomeEvent } from "../../audit/audit-event.ts";
import { AuthorityMismatch } from "../../http/incoming-request.ts";
import { Refusal } from "../../http/refusal.ts";

/**
 * What the proxy needs of the audit log (invariant 9).
 * `decision` resolves once the kernel has the record, or is undefined where it has it at once, and rejects if it can't be
 * written: the request is then refused.
 * `outcome` never rejects; a lost outcome shows as a decision without one, and poisons later decisions.
 */
export interface RequestRecorder {
  readonly decision: (event: RequestDecisionEvent) => Promise<void> | undefined;
  readonly outcome: (event: RequestOutcomeEvent) => void;
}

/** What can be noted of a request, beside what is decided of it. */
export type RequestFacts = Partial<Omit<RequestDecisionEvent, "type" | "request" | "verdict">>;

/** An event that is filled in as its request goes through the pipeline. */
type Written<Event> = { -readonly [Field in keyof Event]: Event[Field] };

/**
 * The audit trail of one request: one decision, then exactly one outcome (invariant 9). The decision is written before
 * anything is resolved, dialled or revealed.
 */
export class RequestRecord {
  /** What is known of it so far: its decision, once it's written */
  readonly facts: Written<RequestDecisionEvent>;
  bytesUp = 0;
  bytesDown = 0;
  status = 0;
  address: string | undefined;
  /** What was asked for inside of a refused tunnel */
  inside: RequestOutcomeEvent["inside"];
  readonly #recorder: RequestRecorder;
  readonly #startedAt = performance.now();
  #detail: string | undefined;
  #isDecided = false;
  #isEnded = false;

  constructor(recorder: RequestRecorder, request: number) {
    this.#recorder = recorder;
    this.facts = {
      type: "request.decision",
      request,
      verdict: "deny",
      method: "UNPARSED",
      scheme: "",
      host: "",
      port: 0,
      path: "",
    };
  }

  /** Adds what is known of it, as it goes through the pipeline, until it's decided. */
  note(facts: RequestFacts): void {
    if (!this.#isDecided) Object.assign(this.facts, facts);
  }

  /** Undefined where the kernel has it at once. Rejects with a Refusal 503 `audit-unwritable`. */
  allow(): Promise<void> | undefined {
    this.facts.verdict = "allow";
    return this.#decide();
  }

  /** Records the decision against a tunnel, of which the outcome comes later; never throws. */
  async deny(refusal: Refusal): Promise<void> {
    if (this.#isDecided) return;
    const { facts } = this;
    facts.reason = refusal.reason;
    if (refusal instanceof AuthorityMismatch) facts.claimed = refusal.claimed;
    if (refusal.flags.length > 0) facts.flags = [...(facts.flags ?? []), ...refusal.flags];
    try {
      await this.#decide();
    } catch {
      // When the log can't be written the request is refused all the same
    }
  }

  /**
   * Records the refusal, as the decision if there was none yet; never throws.
   * @param status of the answer, where a refusal has the form of another protocol's success
   */
  async refuse(refusal: Refusal, status: number = refusal.status): Promise<void> {
    this.status = status;
    await this.deny(refusal);
    this.fail(refusal);
  }

  /** The outcome of what was refused or failed after the decision. */
  fail(refusal: Refusal): void {
    const { reason, message } = refusal;
    // The reason doesn't say which credential, program or variable it was
    if (reason === "credential-unavailable") this.#detail = message;
    this.end(toOutcome(refusal), reason);
  }

  end(outcome: RequestOutcomeEvent["outcome"], reason?: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { address, inside, bytesUp, bytesDown } = this;
    const durationMs = Math.round((performance.now() - this.#startedAt) * 1000) / 1000;
    const event: Written<RequestOutcomeEvent> = {
      type: "request.outcome",
      request: this.facts.request,
      outcome,
      status: this.status,
      bytesUp,
      bytesDown,
      durationMs,
    };
    if (address !== undefined) event.address = address;
    if (inside !== undefined) event.inside = inside;
    if (reason !== undefined) event.reason = reason;
    if (this.#detail !== undefined) event.detail = this.#detail;
    this.#recorder.outcome(event);
  }

  #decide(): Promise<void> | undefined {
    this.#isDecided = true;
    return this.#recorder.decision(this.facts)?.catch(refuseUnwritten);
  }
}

function refuseUnwritten(cause: unknown): never {
  const what = "the audit log of this session cannot be written";
  throw new Refusal(503, "audit-unwritable", what, { cause });
}

function toOutcome({ reason }: Refusal): RequestOutcomeEvent["outcome"] {
  if (reason === "limit-exceeded" || reason === "internal-error") return reason;
  return reason.startsWith("upstream-") || reason === "name-not-resolved"
    ? "upstream-failed"
    : "refused";
}
