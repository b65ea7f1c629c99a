import type { SessionLimits } from "../../policy/policy.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Admission, AdmissionRequest } from "./admission.ts";

const minuteMs = 60_000;

const unlimited: Admission = { countUpload: () => undefined };

/** Counts what a session used, and refuses once a limit of its policy is reached. `durationMs` is the session's own. */
export class SessionLimiter {
  #limits: SessionLimits;
  #requests = 0;
  #uploadBytes = 0;
  /** Start times of the requests of the last minute, oldest first, behind `#past` older ones */
  #recent: number[] = [];
  #past = 0;
  readonly #admission: Admission = { countUpload: (bytes) => this.#countUpload(bytes) };

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  /** What was used until now counts for these too. */
  replaceLimits(limits: SessionLimits): void {
    this.#limits = limits;
  }

  /**
   * What vaultbox itself asks for isn't the session's.
   * @throws Refusal 429 `limit-exceeded`, here and for bytes that go over the session's upload limit
   */
  admit({ origin }: Pick<AdmissionRequest, "origin">): Admission {
    if (origin === "own") return unlimited;
    this.#countRequest();
    return this.#admission;
  }

  #countRequest(): void {
    const { requests, requestsPerMinute } = this.#limits;
    if (requests !== undefined && this.#requests >= requests) {
      throw exceeded(`the session has used its ${requests} requests`);
    }
    if (requestsPerMinute !== undefined) this.#countRecent(requestsPerMinute);
    this.#requests++;
  }

  #countUpload(bytes: number): void {
    this.#uploadBytes += bytes;
    const most = this.#limits.uploadBytes;
    if (most !== undefined && this.#uploadBytes > most) {
      throw exceeded(`the session has used its ${most} bytes of upload`);
    }
  }

  #countRecent(most: number): void {
    const now = performance.now();
    while ((this.#recent[this.#past] ?? now) <= now - minuteMs) this.#past += 1;
    if (this.#past > this.#recent.length / 2) {
      this.#recent = this.#recent.slice(this.#past);
      this.#past = 0;
    }
    if (this.#recent.length - this.#past >= most) {
      throw exceeded(`the session has used its ${most} requests of this minute`);
    }
    this.#recent.push(now);
  }
}

function exceeded(what: string): Refusal {
  return new Refusal(429, "limit-exceeded", what);
}
