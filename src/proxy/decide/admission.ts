// Where a session's limits are, and where budgets and approvals belong: each request asks once, before anything is done for it.
import type { Authority } from "../../http/authority.ts";

/** A request that was decided, and would go on. */
export interface AdmissionRequest extends Pick<Authority, "scheme" | "host" | "port"> {
  /** Whose it is: the sandbox's, or vaultbox's own, which a decision needs */
  readonly origin: "client" | "own";
  readonly method: string;
  /** Canonical, without query */
  readonly path: string;
  /** `owner/name`, where it's known */
  readonly repository?: string;
}

/** What an admitted request may use. */
export interface Admission {
  /** Told all bytes before they are sent. @throws Refusal when they are too many */
  readonly countUpload: (bytes: number) => void;
}

/** May wait, for a person too. @throws Refusal */
export type Admit = (request: AdmissionRequest) => Admission | Promise<Admission>;
