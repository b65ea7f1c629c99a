// A handler is a kind of request that its head alone can't decide: a push, an API call whose body names the branch, a
// signature. It decides between the parsing of the head and the record of the decision: nothing was revealed or dialled.
import type { Authority } from "./authority.ts";
import type { HeaderField } from "./header-fields.ts";
import type { HttpRequest } from "./http-request.ts";
import type { HttpResponse } from "./exchange.ts";
import type { Body } from "./body.ts";
import type { ProxyReason } from "./refusal.ts";
import type { Hold } from "./hold.ts";

/** A request by its head: what `match` sees. */
export interface RequestView {
  readonly head: HttpRequest;
  readonly authority: Authority;
  readonly method: string;
  /** Canonical path (http/target.ts) */
  readonly path: string;
  /** What else the server may take the path for: a handler that reads none of these gets no request that has some */
  readonly readings: readonly string[];
  /** Path before it was made canonical */
  readonly rawPath: string;
  /** Query with its `?`, or empty */
  readonly query: string;
}

/** A request as its handler reads on in it. */
export interface HandledRequest extends RequestView {
  /**
   * The next piece of the body, undefined at the end. The first call asks for it, where the client waits for that.
   * @throws Refusal when the framing is broken, ClientAborted when the client is gone
   */
  readonly next: () => Promise<Buffer | undefined>;
  /**
   * The whole body (what `next` hasn't given yet). It's held until the exchange is over.
   * @param memoryOf memory that so many bytes of it take while they're looked into; default: that of a text
   * @throws Refusal 413 when it's longer, 503 when too much is held
   */
  readonly readBody: (maxBytes: number, memoryOf?: (bytes: number) => number) => Promise<Buffer>;
  /** For what is held beside the body: given back when the exchange is over */
  readonly hold: Hold;
  /** For the audit: what is known so far goes into the decision record, also when the request is refused */
  readonly note: (facts: HandlerFacts) => void;
}

/** What a request does to one ref of a repository. */
export interface RepositoryUpdate {
  /** Full ref name */
  readonly ref: string;
  /** Object ids, hex; all zeros for none, empty when the request doesn't say */
  readonly from: string;
  readonly to: string;
  /** Why this one isn't done, when it isn't */
  readonly refused?: string | undefined;
}

/** What a handler learns of a request, for its record. */
export interface HandlerFacts {
  readonly rule?: string | undefined;
  readonly repository?: string | undefined;
  readonly updates?: readonly RepositoryUpdate[] | undefined;
  readonly signed?: string;
}

/** As a refusal has it. */
export interface HandlerOwner {
  /** `a git: entry` */
  readonly name: string;
  readonly reason: ProxyReason;
}

/** One kind of request, for one session. */
export interface Handler {
  /** Who decides by it, for what is refused before it's asked */
  readonly owner?: HandlerOwner;
  /** Set where `handle` looks at all readings of a path */
  readonly knowsReadings?: true;
  /** How it goes on when the request is this handler's, by its head alone, in the one reading that `path` is. */
  readonly match: (request: RequestView) => HandlerMatch | undefined;
}

export interface HandlerMatch {
  /** Else host rules that allow the request come first, and the handler is asked only when they don't */
  readonly exclusive: boolean;
  /**
   * Decides the request, with all its readings.
   * @param facts `isAllowed`: whether host rules would let the request through
   * @throws Refusal
   */
  readonly handle: (
    request: HandledRequest,
    facts: { readonly isAllowed: boolean },
  ) => Promise<Disposition>;
}

/** What becomes of a request that came through a handler. */
export type Disposition = ForwardDisposition | AnswerDisposition | HostRulesDisposition;

/** It goes upstream, with the credential bound to this host and repository. */
export interface ForwardDisposition {
  readonly type: "forward";
  /** `owner/name`, for credentials bound to a repository; undefined when the request concerns several, or none */
  readonly repository: string | undefined;
  /** Instead of the client's; host, framing and Expect are the proxy's own anyway */
  readonly headers?: readonly HeaderField[];
  /** Put on after the credential, unlooked at: what a storage host asked for in an answer to us */
  readonly grantedHeaders?: readonly HeaderField[];
  /** The storage's own headers or query are the credential */
  readonly withoutCredential?: boolean;
  /** Instead of the client's path and query */
  readonly target?: string;
  /** Put behind the target after the credential, unlooked at: the signature of a storage's URL. With its `?` */
  readonly grantedQuery?: string;
  /** Instead of the client's body; must be given when any of it was read */
  readonly body?: Body | undefined;
  readonly response?: ResponseTransform | undefined;
  /** Called when the exchange is over, whatever happened */
  readonly release?: () => Promise<void>;
}

/** The proxy answers itself: a refused push's report, a signature. */
export interface AnswerDisposition {
  readonly type: "answer";
  readonly status: number;
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
  /** Set when it's a refusal, in a form that the client understands */
  readonly refusal?: ProxyReason;
}

/** About nothing that a handler decides: host rules do. */
export interface HostRulesDisposition {
  readonly type: "host-rules";
  readonly body?: Body | undefined;
}

/** A step that changes a final response on its way to the client. Ask for `accept-encoding: identity` where the bytes matter. */
export interface ResponseTransform {
  /**
   * Undefined lets it through as it is. What is held back is taken from `hold`.
   * @throws Refusal to answer with that instead
   */
  readonly begin: (head: HttpResponse, hold: Hold) => ResponseChange | undefined;
  /** The fields behind the body. @throws Refusal to break the response off */
  readonly trailers?: (fields: readonly HeaderField[]) => readonly HeaderField[];
}

/** What becomes of a response; what isn't set stays. */
export interface ResponseChange extends Partial<BodyTransform> {
  /** Instead of the response's; framing headers are the proxy's own */
  readonly headers?: readonly HeaderField[];
  /** Its status gets the usual words */
  readonly dropsPhrase?: boolean;
}

/** A body that is changed piece by piece. */
export interface BodyTransform {
  /** May hold bytes back. @throws Error to break the response off */
  readonly push: (piece: Buffer) => Buffer | Promise<Buffer>;
  readonly end: () => Buffer | Promise<Buffer>;
}

/** A request of vaultbox's own: the upstream's refs, its history, what a node id names, a credential's test. */
export interface OwnRequest {
  /** Of a git rule, its forge's API or a credential's binding: nothing that the client chose */
  readonly authority: Authority;
  readonly method: "GET" | "POST";
  /** Path and query */
  readonly target: string;
  readonly headers: readonly HeaderField[];
  readonly body?: Buffer;
  /** `owner/name`, for the credential; missing when it's about none */
  readonly repository?: string;
  /** `rule.source.label` of the rule that the request serves */
  readonly rule: string;
  /** The decision that it's needed for, for the audit: `push`; missing when it's for none */
  readonly check?: string;
}

/** The answer to one of vaultbox's own requests; disposing it closes its connection. */
export interface OwnResponse extends AsyncDisposable {
  readonly head: HttpResponse;
  /** The next piece of the body. @throws when the upstream breaks off */
  readonly next: () => Promise<Buffer | undefined>;
}

/** What handlers get from the proxy. */
export interface HandlerTools {
  /**
   * Sends with the session's credential for that repository, dialled and recorded like every other request.
   * @throws Refusal
   */
  readonly send: (request: OwnRequest) => Promise<OwnResponse>;
  /** For what is held beyond one request; whoever opens it disposes it */
  readonly openHold: () => Hold;
}

/** Makes the handlers of one session. */
export type OpenHandlers = (tools: HandlerTools) => readonly Handler[];

/** The request with each path that a server may take its own for, its own first. */
export function readingsOf<View extends RequestView>(request: View): readonly [View, ...View[]] {
  return [
    { ...request, readings: [] },
    ...request.readings.map((path) => ({ ...request, path, rawPath: path, readings: [] })),
  ];
}
