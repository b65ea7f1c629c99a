import { hash } from "node:crypto";
import type { AuditEvent, AuditRecord } from "./audit-event.ts";
import { revealedSecrets } from "../base/redact.ts";
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
  const record = parseRecord(line);
  if (record === undefined) return undefined;
  const body = line.slice(0, -sealLength);
  const isSealed =
    line === `${body}${hashField}${record.hash}"}` && hash("sha256", body) === record.hash;
  return { record, isSealed };
}

const types: ReadonlySet<string> = new Set<AuditEvent["type"]>([
  "session.start",
  "request.decision",
  "request.outcome",
  "session.note",
  "session.end",
]);

function parseRecord(line: string): AuditRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Not JSON is an answer here, the caller says where
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

/** Checks the fields every reader relies on; the rest of a sealed line is what the writer's types say. */
function isRecord(value: unknown): value is AuditRecord {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const type = fields["type"];
  if (typeof type !== "string" || !types.has(type)) return false;
  if (!Number.isSafeInteger(fields["seq"])) return false;
  if (!["at", "prev", "hash"].every((name) => typeof fields[name] === "string")) return false;
  if (!type.startsWith("request.")) return true;
  return (
    Number.isSafeInteger(fields["request"]) &&
    (type === "request.decision" ? isDecision(fields) : isOutcome(fields))
  );
}

function isDecision(fields: Readonly<Record<string, unknown>>): boolean {
  return (
    ["verdict", "method", "scheme", "host", "path"].every(
      (name) => typeof fields[name] === "string",
    ) && typeof fields["port"] === "number"
  );
}

function isOutcome(fields: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof fields["outcome"] === "string" &&
    ["status", "bytesUp", "bytesDown", "durationMs"].every(
      (name) => typeof fields[name] === "number",
    )
  );
}
