import type { Authority } from "./authority.ts";
import type { HeaderField } from "./http1/header.ts";
import type { RequestHead } from "./http1/request-head.ts";
import type { RequestRecord } from "./request-record.ts";

/** A request as it goes upstream, authorised and recorded. */
export interface ForwardedRequest {
  readonly head: RequestHead;
  readonly record: RequestRecord;
  readonly authority: Authority;
  /** `vault/name`, or empty */
  readonly credential: string;
  readonly headers: readonly HeaderField[];
  readonly target: string;
  readonly secret: string | undefined;
}
