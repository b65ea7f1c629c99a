import { shortened, toPrintable } from "../base/printable.ts";
import { formatSize, plural } from "../base/units.ts";
import { isRefusedLater } from "./audit-event.ts";
import type { AuditEvent, RequestDecisionEvent, RequestOutcomeEvent } from "./audit-event.ts";
import { toShortRef } from "./ref-updates.ts";
import { createRemedies, remedyLine, type Remedy } from "./remedies.ts";
import { compareText } from "../base/text-order.ts";

/** A name and how often it came up. */
interface Count {
  readonly name: string;
  readonly count: number;
}

/** What a session did, for the end of a run and `audit show`. Lists are most frequent first. */
export interface AuditSummary {
  readonly requests: number;
  /** How many of them are not in the log, because it couldn't be written or was full */
  readonly unrecorded: number;
  /** Decisions against, and requests that were allowed and refused later (a limit, an address, a credential) */
  readonly refused: number;
  /** Allowed, but the upstream or vaultbox failed */
  readonly failed: number;
  readonly reasons: readonly Count[];
  /** `vault/name` of each credential that was sent */
  readonly credentials: readonly Count[];
  /** Why secrets could not be had, one text for each credential; missing when all could */
  readonly unavailable?: readonly Count[];
  readonly hosts: readonly Count[];
  /** `owner/name ref` of what was let through to be pushed, whatever the server then did with it */
  readonly pushed: readonly Count[];
  /** `owner/name ref` of what was refused */
  readonly pushesRefused: readonly Count[];
  /** Commits and tags that were signed */
  readonly signed: number;
  readonly flags: readonly Count[];
  /** Rules that would have allowed what the policy refused */
  readonly remedies: readonly Remedy[];
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** A summary that grows with the session. */
export interface LiveSummary {
  readonly add: (event: AuditEvent) => void;
  /** The same for one that isn't in the log */
  readonly addUnrecorded: (event: AuditEvent) => void;
  readonly current: () => AuditSummary;
}

/** Distinct names counted for each list: a client that tries a million hosts doesn't fill the memory. */
const maxNames = 1000;
/** Characters of a name that are counted under; ends of longer ones aren't told apart. */
const maxNameLength = 200;
/** What came after the first `maxNames` names. */
const otherName = "(others)";

export function createSummary(): LiveSummary {
  const totals = {
    requests: 0,
    unrecorded: 0,
    refused: 0,
    failed: 0,
    signed: 0,
    bytesUp: 0,
    bytesDown: 0,
  };
  const reasons = new Map<string, number>();
  const credentials = new Map<string, number>();
  const unavailable = new Map<string, number>();
  /** The first text of each credential: later ones also say when it's tried again */
  const firstDetails = new Map<string, string>();
  const hosts = new Map<string, number>();
  const flags = new Map<string, number>();
  const pushed = new Map<string, number>();
  const pushesRefused = new Map<string, number>();
  const remedies = createRemedies();
  /** Requests that were allowed and have no outcome yet, with the credentials that were chosen for them */
  const open = new Map<number, readonly string[]>();
  /** Refused tunnels that have no outcome yet: it says what was asked for inside */
  const tunnels = new Map<number, RequestDecisionEvent>();

  function decide(event: RequestDecisionEvent): void {
    totals.requests += 1;
    if (event.host !== "") count(hosts, event.host);
    for (const flag of event.flags ?? []) count(flags, flag);
    for (const { ref, refused } of event.updates ?? []) {
      const isRefused = refused !== undefined || event.verdict === "deny";
      count(isRefused ? pushesRefused : pushed, `${event.repository ?? ""} ${toShortRef(ref)}`);
    }
    if (event.signed !== undefined && event.verdict === "allow") totals.signed += 1;
    if (event.verdict === "deny") {
      totals.refused += 1;
      count(reasons, event.reason ?? "denied-by-rule");
      if (event.method === "CONNECT") tunnels.set(event.request, event);
      else remedies.add(event);
      return;
    }
    const { credential, otherCredentials = [] } = event;
    open.set(event.request, credential === undefined ? [] : [credential, ...otherCredentials]);
  }

  function conclude(event: RequestOutcomeEvent): void {
    totals.bytesUp += event.bytesUp;
    totals.bytesDown += event.bytesDown;
    const tunnel = tunnels.get(event.request);
    if (tunnel !== undefined) concludeTunnel(tunnel, event);
    if (event.detail !== undefined) noteDetail(event.detail, open.get(event.request)?.join(", "));
    // A request that was denied is counted already
    if (!open.has(event.request)) return;
    const chosen = open.get(event.request) ?? [];
    open.delete(event.request);
    // They are revealed and sent once there is a connection
    if (event.address !== undefined) for (const one of chosen) count(credentials, one);
    if (isRefusedLater(event)) {
      totals.refused += 1;
      count(reasons, event.reason ?? event.outcome);
    } else if (event.outcome === "upstream-failed" || event.outcome === "internal-error") {
      totals.failed += 1;
      count(reasons, event.reason ?? event.outcome);
    }
  }

  function concludeTunnel(tunnel: RequestDecisionEvent, { inside }: RequestOutcomeEvent): void {
    tunnels.delete(tunnel.request);
    for (const flag of inside?.flags ?? []) count(flags, flag);
    remedies.add({ ...tunnel, ...inside });
  }

  function noteDetail(detail: string, chosen = ""): void {
    const credential = chosen === "" ? detail : chosen;
    if (firstDetails.size < maxNames && !firstDetails.has(credential))
      firstDetails.set(credential, detail);
    count(unavailable, firstDetails.get(credential) ?? otherName);
  }

  const add = (event: AuditEvent): void => {
    if (event.type === "request.decision") decide(event);
    else if (event.type === "request.outcome") conclude(event);
  };
  return {
    add,
    addUnrecorded: (event) => {
      if (event.type === "request.decision") totals.unrecorded += 1;
      add(event);
    },
    current: () => ({
      ...totals,
      reasons: ranked(reasons),
      credentials: ranked(credentials),
      ...(unavailable.size === 0 ? {} : { unavailable: ranked(unavailable) }),
      hosts: ranked(hosts),
      flags: ranked(flags),
      pushed: ranked(pushed),
      pushesRefused: ranked(pushesRefused),
      remedies: remedies.current(),
    }),
  };
}

function count(names: Map<string, number>, whole: string): void {
  const name = shortened(whole, maxNameLength);
  const key = names.has(name) || names.size < maxNames ? name : otherName;
  names.set(key, (names.get(key) ?? 0) + 1);
}

function ranked(names: ReadonlyMap<string, number>): readonly Count[] {
  return [...names]
    .map(([name, times]) => ({ name, count: times }))
    .sort((a, b) => b.count - a.count || compareText(a.name, b.name));
}

/** Names of a list that fit a line. */
const shownNames = 3;

/** The summary as a few printable lines without a prefix; what didn't happen isn't mentioned. */
export function summaryLines(summary: AuditSummary): readonly string[] {
  const { requests, refused, failed, bytesUp, bytesDown } = summary;
  const totals = [`${plural(requests, "request")}`, `${refused} refused`];
  if (failed > 0) totals.push(`${failed} failed`);
  totals.push(`${formatSize(bytesUp)} up`, `${formatSize(bytesDown)} down`);
  const lists: readonly (readonly [string, readonly Count[]])[] = [
    ["reasons", summary.reasons],
    ["hosts", summary.hosts],
    ["credentials used", summary.credentials],
    ["credentials that failed", summary.unavailable ?? []],
    ["pushed", summary.pushed],
    ["pushes refused", summary.pushesRefused],
    ["flagged", summary.flags],
  ];
  const remedy = remedyLine(summary.remedies);
  if (summary.signed > 0) totals.push(`${plural(summary.signed, "object")} signed`);
  const { unrecorded } = summary;
  return [
    totals.join(", "),
    ...(unrecorded === 0
      ? []
      : [`warning: ${unrecorded} of them are not in the audit log, which could not be written`]),
    ...lists.filter(([, names]) => names.length > 0).map(([label, names]) => toLine(label, names)),
    ...(remedy === undefined ? [] : [remedy]),
  ];
}

function toLine(label: string, names: readonly Count[]): string {
  const shown = names
    .slice(0, shownNames)
    .map((entry) => `${toPrintable(entry.name)} (${entry.count})`);
  if (names.length > shownNames) shown.push(`${names.length - shownNames} more`);
  return `${label}: ${shown.join(", ")}`;
}
