import { Note, type Notable } from "../../base/note.ts";
import type { Rule } from "../../policy/policy.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { Refusal } from "../../http/refusal.ts";
import type { SessionCredential } from "../../credential/session-credential.ts";
import { bindingsFor, createBoundHosts, isForHost } from "../../credential/bound-hosts.ts";
import type { BoundCredential, BoundHost } from "../../credential/bound-hosts.ts";
import {
  foreignAtBoundHost,
  foreignAtUnboundHost,
  placeholderAtWrongHost,
  placeholderAtWrongPlace,
  placeholderElsewhereAtHost,
  severalPlaceholders,
} from "./credential-refusals.ts";
import { planCredentials } from "../../credential/plan.ts";
import type { AuthorisedRequest, RequestPlace } from "../../credential/scheme.ts";
import { type Findings, type InspectionContext, inspectRequest } from "./inspect-request.ts";
import { createPlaceholderSearch } from "../../credential/placeholder-search.ts";
import type { PlaceholderSearch } from "../../credential/placeholder-search.ts";
import { ServerCookies } from "../egress/server-cookies.ts";

/** A request that the policy allowed; every field is canonical but the target and the headers, which are as received. */
export interface AuthorisationRequest extends Notable {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly port: number;
  /** For the rule that a refusal proposes; missing is one that none is proposed for */
  readonly method?: string;
  /** Canonical path without query */
  readonly path: string;
  /** What else servers may take it for; missing is nothing */
  readonly readings?: readonly string[];
  /** Canonical paths that the request reads or writes beside it; missing is none */
  readonly otherPaths?: readonly string[];
  /** Path and query as they will be sent */
  readonly rawTarget: string;
  readonly headers: readonly HeaderField[];
  /** The rule that allowed the request; a handler is one that lets no credential of the client pass */
  readonly rule: Pick<Rule, "effect" | "clientCredentials">;
  /** `owner/name`, of a request that a `git:` entry decided */
  readonly repository?: string;
  /** The request brings an Authorization of its own that the client never saw: a storage's, from an LFS answer */
  readonly withoutCredential?: boolean;
}

/** What will happen to the request; known before the decision is recorded, without a secret. */
export interface Preparation {
  /** The credentials that go on it, the chosen one first; empty for none */
  readonly plan: readonly BoundCredential[];
  /** What goes upstream beside them */
  readonly request: AuthorisedRequest;
  /** For the audit: `cookie-removed` */
  readonly flags: readonly string[];
  /** Told the headers of the answer: the cookies that it sets may come back */
  readonly learn?: (headers: readonly HeaderField[]) => void;
}

/**
 * @throws Refusal placeholder-at-wrong-host, placeholder-at-wrong-place, foreign-credential
 */
export type Authoriser = (request: AuthorisationRequest) => Preparation;

/** The preset whose credential goes to that host in that place, if there is one. */
export type FindPreset = (host: string, place: RequestPlace) => string | undefined;

interface Session {
  readonly boundHost: (host: string) => BoundHost | undefined;
  readonly search: PlaceholderSearch;
  readonly findPreset: FindPreset;
  readonly cookies: ServerCookies;
}

/** Prepares the credential step once per session: the result is called for every request. */
export function createAuthoriser(
  credentials: readonly SessionCredential[],
  findPreset: FindPreset = () => undefined,
): Authoriser {
  const session: Session = {
    boundHost: createBoundHosts(credentials),
    search: createPlaceholderSearch(credentials),
    findPreset,
    cookies: new ServerCookies(),
  };
  return (request) => {
    const known = prepared.read(request);
    if (known?.session === session) return known.preparation;
    let isFixed = true;
    const sortCookies = (value: string): SortedCookies => {
      isFixed = false;
      return session.cookies.sort(request.host, value);
    };
    const preparation = prepare(session, request, sortCookies);
    if (isFixed) prepared.write(request, { session, preparation });
    return preparation;
  };
}

/** Of a request without cookies: which of them pass depends on what was answered before. */
const prepared = new Note<{ readonly session: Session; readonly preparation: Preparation }>();

type SortedCookies = ReturnType<InspectionContext["sortCookies"]>;

function prepare(
  session: Session,
  request: AuthorisationRequest,
  sortCookies: InspectionContext["sortCookies"],
): Preparation {
  if (request.rule.effect !== "allow") throw new Error("only an allowed request is authorised");
  const boundHost = session.boundHost(request.host);
  const bound = boundHost === undefined ? [] : bindingsFor(boundHost, request);
  const findings = inspectRequest(request, { boundHost, bound, sortCookies });

  const stray = session.search(findings.haystack);
  if (stray !== undefined) {
    const elsewhere = session.search(findings.haystack, (one) => !isForHost(one, request.host));
    throw strayPlaceholder(session, request, { stray: elsewhere ?? stray, bound });
  }
  if (boundHost === undefined) return prepareUnbound(session, request, findings);
  if (findings.foreign !== undefined) throw foreignAtBoundHost(request.host, findings.foreign);
  const plan = request.withoutCredential === true ? [] : planCredentials(bound, findings.offered);
  if (plan === "several") throw severalPlaceholders(request.host);
  const { headers, target, cookies: removed } = findings;
  return { plan, request: { headers, target }, flags: removed > 0 ? ["cookie-removed"] : [] };
}

/** Where no credential of ours is for the host. */
function prepareUnbound(
  { findPreset, cookies }: Session,
  request: AuthorisationRequest,
  { foreign, headers, cookies: removed }: Findings,
): Preparation {
  const { host, rule, rawTarget } = request;
  const learn = (answered: readonly HeaderField[]): void => cookies.add(host, answered);
  if (rule.clientCredentials === "pass") {
    return { plan: [], request: { headers: request.headers, target: rawTarget }, flags: [], learn };
  }
  if (foreign !== undefined && !mayPass(foreign, rule)) {
    throw foreignAtUnboundHost(request, foreign, findPreset);
  }
  const flags = removed > 0 ? ["cookie-removed"] : [];
  return { plan: [], request: { headers, target: rawTarget }, flags, learn };
}

/** Headers are looked at before the query: where a parameter is what was found first, no header has a credential. */
function mayPass(
  { kind }: RequestPlace,
  { clientCredentials }: AuthorisationRequest["rule"],
): boolean {
  return clientCredentials === "query" && kind === "parameter";
}

function strayPlaceholder(
  session: Session,
  request: AuthorisationRequest,
  at: { readonly stray: SessionCredential; readonly bound: readonly BoundCredential[] },
): Refusal {
  const isStray = (text: string) => session.search(text, (one) => one === at.stray) !== undefined;
  const field = request.headers.find(([name, value]) => isStray(`${name}:${value}`));
  const place: RequestPlace =
    field === undefined || isStray(request.rawTarget)
      ? { kind: "target" }
      : { kind: "header", name: field[0], value: "" };
  const { host } = request;
  if (!isForHost(at.stray, host)) return placeholderAtWrongHost(host, place);
  return at.bound.some(({ credential }) => credential === at.stray)
    ? placeholderAtWrongPlace(host, place)
    : placeholderElsewhereAtHost(host, place);
}
