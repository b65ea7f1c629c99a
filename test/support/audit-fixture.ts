import type { ChainWriterOptions } from "../../src/audit/chain-writer.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  AuditEvent,
  RequestDecisionEvent,
  RequestOutcomeEvent,
} from "../../src/audit/audit-event.ts";
import { type AuditLog, openAuditLog } from "../../src/audit/audit-log.ts";
import { sealEvents, toUnsealed } from "../../src/audit/chain.ts";
import { type AuditSummary, createSummary } from "../../src/audit/summarise.ts";

/** A folder with one audit log in it, gone at the end of the scope. */
export interface AuditFixture extends AsyncDisposable {
  readonly folder: string;
  readonly path: string;
  readonly log: AuditLog;
}

export const fixtureSession = "0123456789ab";

export async function openAuditFixture(
  options: Pick<ChainWriterOptions, "maxBytes" | "onEvent" | "onLost"> = {},
): Promise<AuditFixture> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-audit-"));
  const path = join(folder, "audit.jsonl");
  const log = await openAuditLog(path, { session: fixtureSession, ...options });
  return {
    folder,
    path,
    log,
    [Symbol.asyncDispose]: async () => {
      await log[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function decisionOf(
  request: number,
  changes: Partial<RequestDecisionEvent> = {},
): RequestDecisionEvent {
  return {
    type: "request.decision",
    request,
    verdict: "allow",
    method: "GET",
    scheme: "https",
    host: "api.example.com",
    port: 443,
    path: `/v1/items/${request}`,
    rule: "--allow",
    ...changes,
  };
}

export function outcomeOf(
  request: number,
  changes: Partial<RequestOutcomeEvent> = {},
): RequestOutcomeEvent {
  return {
    type: "request.outcome",
    request,
    outcome: "completed",
    status: 200,
    address: "192.0.2.7",
    bytesUp: 10,
    bytesDown: 1000,
    durationMs: 12,
    ...changes,
  };
}

export const startFacts = { command: ["true"], policyHash: "0".repeat(64), vaults: ["default"] };

/** Writes a whole session of `requests` requests, every third one refused, and ends it. */
export async function writeSession(log: AuditLog, requests: number): Promise<void> {
  await log.start(startFacts);
  for (let request = 1; request <= requests; request += 1) {
    const refused = request % 3 === 0;
    await log.decision(
      decisionOf(request, refused ? { verdict: "deny", reason: "host-not-allowed" } : {}),
    );
    log.outcome(outcomeOf(request, refused ? { outcome: "refused", status: 403 } : {}));
  }
  await log.end({ status: 0, requests, refused: Math.floor(requests / 3) });
}

/** `Array.fromAsync`, which the compiler's library doesn't know yet. */
export async function toArray<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function summarise(events: Iterable<AuditEvent>): AuditSummary {
  const summary = createSummary();
  for (const event of events) summary.add(event);
  return summary.current();
}

/** One event as a line, behind a line whose hash is `prev`. */
export function sealLine(event: AuditEvent, position: SealedPosition): string {
  const { seq, at, prev } = position;
  const { text } = sealEvents([toUnsealed(event, at)], { seq: seq - 1, hash: prev });
  return text.trimEnd();
}

/** Where a line stands in its chain. */
export interface SealedPosition {
  readonly seq: number;
  readonly at: string;
  readonly prev: string;
}
