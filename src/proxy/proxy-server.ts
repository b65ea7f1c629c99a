import type { Duplex } from "node:stream";
import { debug } from "../base/debug.ts";
import { quoted } from "../base/printable.ts";
import type { SessionCa } from "../ca/session-ca.ts";
import { compilePolicy } from "../policy/decide.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import { findService, serveConnection } from "./client/client-connection.ts";
import { ClientSlots } from "./client/client-slots.ts";
import { type FindPreset, createAuthoriser } from "./decide/authorise.ts";
import { type Deciders, findRefusal } from "./decide/decide-request.ts";
import { createPlaceholderSearch } from "../credential/placeholder-search.ts";
import { SecretEchoes } from "./egress/secret-echo.ts";
import { UpgradedConnections } from "./egress/relay-upgraded.ts";
import { Deadlines } from "./deadlines.ts";
import type { Dialer } from "./upstream/dial.ts";
import type { HandlerTools, OpenHandlers, OwnRequest, OwnResponse } from "../http/handler.ts";
import { HeldBytes } from "./egress/held-bytes.ts";
import { sendOwnRequest } from "./egress/own-request.ts";
import { proxyLimits } from "./limits.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { ReadAhead } from "./read-ahead.ts";
import { RefusedTunnels } from "./client/refused-tunnels.ts";
import type { RequestRecorder } from "./egress/request-record.ts";
import type { SessionCredential } from "../credential/session-credential.ts";
import { SessionLimiter } from "./decide/session-limiter.ts";
import { withTimeLimit } from "./time-limit.ts";
import type { TransferHeap } from "./transfer-heap.ts";
import { Turns } from "./client/turns.ts";
import { Http1Upstream } from "./upstream/http1-upstream.ts";
import { UpstreamPool } from "./upstream/upstream-pool.ts";

/** What a session allows. */
export interface ProxyPolicy {
  readonly policy: EgressPolicy;
  /** What decides requests that need more than their head; default: nothing does, host rules decide all */
  readonly handlers?: OpenHandlers;
}

export interface ProxyServerOptions extends ProxyPolicy {
  /** In order of precedence where several are bound to one place */
  readonly credentials: readonly SessionCredential[];
  readonly recorder: RequestRecorder;
  readonly ca: SessionCa;
  readonly dialer: Dialer;
  /** Default: a custom credential */
  readonly findPreset?: FindPreset;
  /** Of this process; default: V8's heap stays as it is */
  readonly heap?: TransferHeap;
}

/**
 * The proxy of one session. It listens nowhere itself: a link hands it connections. It never follows redirects
 * and has no address for control; its own requests are those that a handler's decision needs, and the test of a credential
 * that the user asked for (invariant 7).
 */
export class ProxyServer implements AsyncDisposable {
  readonly #context: ProxyContext;
  readonly #deadlines = new Deadlines();
  readonly #pool: UpstreamPool;
  readonly #limiter: SessionLimiter;
  readonly #slots = new ClientSlots(proxyLimits.clientConnections);
  readonly #held = new HeldBytes();
  readonly #serving = new Set<Promise<void>>();
  #requests = 0;
  #isClosed = false;

  constructor(options: ProxyServerOptions) {
    const { dialer, heap } = options;
    const readAhead = new ReadAhead((bytes) => heap?.arrived(bytes));
    this.#limiter = new SessionLimiter(options.policy.limits);
    this.#pool = new UpstreamPool({ dialer, deadlines: this.#deadlines, readAhead });
    this.#context = {
      deciders: this.#toDeciders(options),
      authorise: createAuthoriser(options.credentials, options.findPreset),
      findPlaceholder: createPlaceholderSearch(options.credentials),
      recorder: options.recorder,
      admit: (request) => this.#limiter.admit(request),
      upstream: new Http1Upstream(this.#pool),
      ca: options.ca,
      deadlines: this.#deadlines,
      slots: this.#slots,
      echoes: new SecretEchoes(),
      held: this.#held,
      readAhead,
      turns: new Turns(),
      upgraded: new UpgradedConnections(),
      refusedTunnels: new RefusedTunnels(),
      nextRequest: () => ++this.#requests,
    };
  }

  /**
   * Decides by another policy from the next request on, also on connections and in tunnels that are open. A request that has
   * begun goes on; a websocket that is open ends where it would be refused now.
   */
  replacePolicy(wanted: ProxyPolicy): void {
    const deciders = this.#toDeciders(wanted);
    this.#context.deciders = deciders;
    this.#limiter.replaceLimits(wanted.policy.limits);
    this.#context.upgraded.decideAgain((request) => findRefusal(deciders, request));
  }

  #toDeciders({ policy, handlers }: ProxyPolicy): Deciders {
    const tools: HandlerTools = {
      send: (request) => this.send(request),
      openHold: () => this.#held.open(),
    };
    return { policy: compilePolicy(policy), handlers: handlers?.(tools) ?? [] };
  }

  /**
   * Takes over a connection from the sandbox; when all slots are busy it's closed at once, and when nothing serves it.
   * @param service what the client connected to; undefined where its port doesn't say it, so that its first byte does
   */
  accept(socket: Duplex, service?: string): void {
    const serve = findService(service);
    if (serve === undefined) debug("proxy", `no service ${quoted(service ?? "")}`);
    if (serve === undefined || this.#isClosed || !this.#slots.take(socket)) {
      socket.on("error", () => socket.destroy());
      socket.destroy();
      return;
    }
    const served = serveConnection(this.#context, socket, serve).finally(() =>
      this.#serving.delete(served),
    );
    this.#serving.add(served);
  }

  /** Sends a request of the user's own, with the credential that is bound to its place. @throws Refusal */
  send(request: OwnRequest): Promise<OwnResponse> {
    return sendOwnRequest(this.#context, request);
  }

  /** Ends every connection, client and upstream, and waits until their requests have recorded how they ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#slots.destroyAll();
    this.#pool.close();
    const served = Promise.allSettled(this.#serving);
    // A vault that never answers must not keep the session from ending
    await withTimeLimit(served, proxyLimits.drainOutcomesMs).catch(() => undefined);
    this.#pool.close();
    this.#deadlines.close();
  }
}
