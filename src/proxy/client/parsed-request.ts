import type { Authority } from "../../http/authority.ts";
import type { RequestHead } from "../../http/http1/request-head.ts";
import type { RequestRecord } from "../egress/request-record.ts";

/** A request whose head was read and parsed; nothing about it was decided yet. */
export interface ParsedRequest {
  readonly head: RequestHead;
  /** The authority of the tunnel it came through, undefined on an open connection */
  readonly tunnel: Authority | undefined;
  readonly record: RequestRecord;
}
