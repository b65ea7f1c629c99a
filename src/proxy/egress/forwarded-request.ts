import type { Authority } from "../../http/authority.ts";
import type { ClientBody } from "../client/client-body.ts";
import type { OutgoingBody, ResponseTransform } from "../../http/handler.ts";
import type { ResponseHead } from "../../http/http1/response-head.ts";
import type { SecretEchoes } from "./secret-echo.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { RequestHead } from "../../http/http1/request-head.ts";
import type { RequestRecord } from "./request-record.ts";
import type { Hold } from "../../http/hold.ts";

/** A request as it goes upstream, authorised and recorded. */
export interface ForwardedRequest {
  /** As the client sent it, but for the framing of a body that a handler put in */
  readonly head: RequestHead;
  readonly record: RequestRecord;
  readonly authority: Authority;
  /** `vault/name`, or empty */
  readonly credential: string;
  readonly headers: readonly HeaderField[];
  readonly target: string;
  /** What it carries: the credential's secret, and what a storage asked for */
  readonly secrets: readonly string[];
  /** What the session sent of its secrets */
  readonly echoes: SecretEchoes;
  /** Told the head of the answer before the client has it */
  readonly learn: (answer: ResponseHead) => void;
  readonly clientBody: ClientBody;
  readonly hold: Hold;
  /** What a handler put in place of the client's body */
  readonly body?: OutgoingBody;
  readonly transform?: ResponseTransform;
}
