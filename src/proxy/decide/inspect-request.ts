import type { HeaderField } from "../../http/header-fields.ts";
import { listMembers } from "../../http/header-fields.ts";
import type { SessionCredential } from "../../credential/session-credential.ts";
import type { BoundCredential, BoundHost } from "../../credential/bound-hosts.ts";
import { offeredInHeader, offeredInQuery } from "../../credential/client-token.ts";
import {
  classifyName,
  hasCredentialSubprotocol,
  isSessionCredential,
} from "../../credential/credential-headers.ts";
import {
  isCredentialParameter,
  looksLikeCredential,
  toReadings,
} from "../../credential/credential-parameters.ts";
import type { RequestPlace } from "../../credential/scheme.ts";
import { percentDecode } from "../../http/percent-decode.ts";
import { detectPathParameters, detectQuery, withoutParameters } from "../../http/query.ts";
import type { QueryParameter } from "../../http/query.ts";
import { holdsVendorToken } from "../../credential/token-shape.ts";

/** The place of a request, as far as credentials care. */
export interface InspectionContext {
  /** Undefined where no credential is bound to the host */
  readonly boundHost: BoundHost | undefined;
  /** The bindings that cover this very request */
  readonly bound: readonly BoundCredential[];
  /** Sorts the cookies of one header: those that the server itself set, and how many others there are */
  readonly sortCookies: (value: string) => { readonly own: string; readonly others: number };
}

/** What one look at a request found. */
export interface Findings {
  /** Credentials whose placeholder was offered in a proper place; that place is gone from `headers` and `target` */
  readonly offered: Set<SessionCredential>;
  /** What goes upstream beside our own credential */
  readonly headers: HeaderField[];
  target: string;
  /** The first credential that isn't ours */
  foreign: RequestPlace | undefined;
  /** Those that are left out */
  cookies: number;
  /** All text of the request in which no placeholder may be */
  haystack: string;
}

/** Sorts the parts of a request into ours, foreign and harmless, in one pass over its headers. */
export function inspectRequest(
  request: { readonly headers: readonly HeaderField[]; readonly rawTarget: string },
  context: InspectionContext,
): Findings {
  const findings: Findings = {
    offered: new Set(),
    headers: [],
    target: request.rawTarget,
    foreign: undefined,
    cookies: 0,
    haystack: "",
  };
  for (const field of request.headers) inspectHeader(findings, field, context);
  if (request.rawTarget.includes("?")) inspectQuery(findings, context);
  inspectPath(findings, context.boundHost);
  findings.haystack += findings.target;
  return findings;
}

function inspectHeader(findings: Findings, field: HeaderField, context: InspectionContext): void {
  const { boundHost, bound } = context;
  const [name, value] = field;
  const { kind, lowerCase, normalised } = classifyName(name);
  const isCredential = kind === "credential" || (kind === "session" && isSessionCredential(value));
  const isSlot = isCredential || boundHost?.headers.has(normalised) === true;
  if (isSlot) {
    const offered = offeredInHeader({ name: lowerCase, value }, bound);
    if (offered !== undefined) {
      findings.offered.add(offered);
      return;
    }
    // An empty one names no one: dropped, not refused
    if (value !== "") findings.foreign ??= { kind: "header", name, value };
  }
  if (kind === "subprotocol" && hasCredentialSubprotocol(value)) {
    findings.foreign ??= { kind: "header", name, value };
  }
  findings.haystack += `${name}:${value}\n`;
  if (boundHost !== undefined && holdsVendorToken(value)) {
    findings.foreign ??= { kind: "header", name, value };
  }
  if (boundHost === undefined) {
    if (kind === "cookie") keepOwnCookies(findings, field, context);
    else findings.headers.push(field);
  } else if (kind === "cookie") findings.cookies++;
  else if (kind === "connection") keepConnection(findings, field);
  else if (!isSlot) findings.headers.push(field);
}

function inspectQuery(findings: Findings, { boundHost, bound }: InspectionContext): void {
  const parameters = detectQuery(findings.target);
  const ours = new Set<number>();
  for (const [position, parameter] of parameters.entries()) {
    const offered = offeredInQuery(parameter, bound);
    if (offered !== undefined) {
      findings.offered.add(offered);
      ours.add(position);
    } else if (isForeign(parameter, boundHost)) {
      findings.foreign ??= toPlace(parameter);
    }
  }
  findings.target = withoutParameters(findings.target, parameters, ours);
}

/** Parameters of the path (`/report;token=…`, RFC 3986 section 3.3), and tokens anywhere in what is left of the target. */
function inspectPath(findings: Findings, boundHost: BoundHost | undefined): void {
  if (boundHost === undefined) return;
  const parameter = detectPathParameters(findings.target).find((one) => isForeign(one, boundHost));
  if (parameter !== undefined) findings.foreign ??= toPlace(parameter);
  if (holdsVendorToken(percentDecode(findings.target))) findings.foreign ??= { kind: "target" };
}

/** What the name says holds for every host; what it may mean, only where a credential of ours is for the host. */
function isForeign({ name, value }: QueryParameter, boundHost: BoundHost | undefined): boolean {
  if (isCredentialParameter(name)) return true;
  if (boundHost === undefined) return false;
  return (
    toReadings(name).some((reading) => boundHost.parameters.has(reading)) ||
    looksLikeCredential(name, value)
  );
}

function toPlace({ name, value }: QueryParameter): RequestPlace {
  return { kind: "parameter", name, value };
}

/** A cookie is the client's own credential, unless the server gave it; beside one that it gave, a page's own are left out. */
function keepOwnCookies(
  findings: Findings,
  [name, value]: HeaderField,
  { sortCookies }: InspectionContext,
): void {
  // Perl's LWP says with every cookie which version of them it knows (RFC 2965, section 3.3.5)
  if (name.toLowerCase() === "cookie2" && /^\$Version="?\d"?$/.test(value)) return;
  const { own, others } = sortCookies(value);
  if (own === "" && others === 0) return;
  if (own === "" || name.toLowerCase() !== "cookie") {
    findings.foreign ??= { kind: "header", name, value };
    return;
  }
  findings.cookies += others;
  findings.headers.push([name, own]);
}

/** `Connection: authorization` asks a proxy to drop that header (RFC 9110 §7.6.1); only the harmless options stay. */
function keepConnection(findings: Findings, [name, value]: HeaderField): void {
  const kept = listMembers([value]).filter((option) => harmlessOptions.has(option));
  if (kept.length > 0) findings.headers.push([name, kept.join(", ")]);
}

const harmlessOptions: ReadonlySet<string> = new Set(["close", "keep-alive", "upgrade"]);
