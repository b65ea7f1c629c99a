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
import { toBoundedJson } from "./bounded-event.ts";

/** One line of the log without its line break, and the hash that the next line refers to. */
export interface ChainedLine {
  readonly line: string;
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
/**
 * Puts an event in the chain, without the secrets that vaults gave out. The line is pure printable ASCII, and no longer than readers take. The hash covers the exact
 * bytes before `,"hash"`.
 */
export function sealEvent(
  event: AuditEvent,
  position: { readonly seq: number; readonly at: string; readonly prev: string },
): ChainedLine {
  const fields = toBoundedJson(revealedSecrets.redactValue(event));
  const body = `{"seq":${position.seq},"at":"${position.at}","prev":"${position.prev}",${fields.slice(1, -1)}`;
  const digest = hash("sha256", body);
  return { line: `${body}${hashField}${digest}"}`, hash: digest };
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
