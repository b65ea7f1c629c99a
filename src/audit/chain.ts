import { hash } from "node:crypto";
import type { AuditEvent, AuditRecord } from "./audit-event.ts";
import { revealedSecrets } from "../base/redact.ts";
import {
  fieldsOf,
  isFields,
  number,
  parseJson,
  shapeOf,
  text,
  wholeNumber,
  type Shape,
} from "../base/shape.ts";
import { toBoundedJson, toShortJson } from "./bounded-event.ts";

/** An event that isn't in the chain yet. */
export interface UnsealedEvent {
  readonly event: AuditEvent;
  /** In UTC, as ISO 8601 has it */
  readonly at: string;
  /** Its fields, without secrets and not too long; of most only `sealEvents` knows whether there is a secret in them */
  readonly json: string;
}

/** The last line of a chain. */
export interface ChainTip {
  readonly seq: number;
  readonly hash: string;
}

/** A line's own facts, read without trusting them: `isSealed` says whether its hash is that of its bytes. */
export interface ParsedLine {
  readonly record: AuditRecord;
  readonly isSealed: boolean;
}

/** What the first record's `prev` is: bound to the session, so that one session's log can't stand in for another's. */
export function genesisHash(session: string): string {
  return hash("sha256", `vaultbox audit log 1 ${session}`);
}

const hashField = ',"hash":"';
/** Length of `,"hash":"<64 hex>"}`. */
const sealLength = hashField.length + 64 + 2;

/** What can be made of an event before its place in the chain is known. @throws Error for one that no line has room for */
export function toUnsealed(event: AuditEvent, at: string): UnsealedEvent {
  const json = toShortJson(event) ?? toBoundedJson(revealedSecrets.redactValue(event));
  return { event, at, json };
}

/**
 * Puts events in the chain, one behind the other, without the secrets that vaults gave out. Lines are pure printable
 * ASCII, and no longer than readers take. A hash covers the exact bytes before `,"hash"`.
 */
export function sealEvents(
  events: readonly UnsealedEvent[],
  tip: ChainTip,
): { readonly text: string; readonly tip: ChainTip } {
  let { seq, hash: prev } = tip;
  let text = "";
  const mayHoldSecrets = revealedSecrets.mayBeInJson(events.map(({ json }) => json).join("\n"));
  for (const { event, at, json } of events) {
    const fields = mayHoldSecrets ? toBoundedJson(revealedSecrets.redactValue(event)) : json;
    seq += 1;
    const body = `{"seq":${seq},"at":"${at}","prev":"${prev}",${fields.slice(1, -1)}`;
    prev = hash("sha256", body);
    text += `${body}${hashField}${prev}"}\n`;
  }
  return { text, tip: { seq, hash: prev } };
}

/** Reads one line; `undefined` when it isn't an audit record at all. */
export function parseLine(line: string): ParsedLine | undefined {
  // Not JSON is an answer here, the caller says where
  const parsed = parseJson(line, record);
  if (parsed === undefined) return undefined;
  const body = line.slice(0, -sealLength);
  const isSealed =
    line === `${body}${hashField}${parsed.hash}"}` && hash("sha256", body) === parsed.hash;
  return { record: parsed, isSealed };
}

const chained = { seq: wholeNumber(0), at: text, prev: text, hash: text };
const session = fieldsOf<ChainedFields>(chained);
const request = { ...chained, request: wholeNumber(0) };

type ChainedFields = Pick<AuditRecord, "seq" | "at" | "prev" | "hash">;

/** The fields every reader relies on; the rest of a sealed line is what the writer's types say. */
const shapes: Readonly<Record<AuditEvent["type"], Shape<ChainedFields>>> = {
  "session.start": session,
  "session.note": session,
  "session.end": session,
  "request.decision": fieldsOf({
    ...request,
    verdict: text,
    method: text,
    scheme: text,
    host: text,
    port: number,
    path: text,
  }),
  "request.outcome": fieldsOf({
    ...request,
    outcome: text,
    status: number,
    bytesUp: number,
    bytesDown: number,
    durationMs: number,
  }),
};

const record = shapeOf<AuditRecord>("write a record", (value) => {
  const type = isFields(value) ? value["type"] : undefined;
  const known = Object.entries(shapes).find(([name]) => name === type);
  return known?.[1].fits(value) === true;
});
