import { createHash, hash } from "node:crypto";
import { toAsciiJson } from "../base/printable.ts";
import type { AuditEvent, CutValue } from "./audit-event.ts";

/** Bytes of one line of a log without its line break: no writer makes a longer one, no reader takes one. */
export const maxLineBytes = 1024 * 1024;

/** What `seq`, `at`, `prev` and `hash` add to a line. Bytes. */
const sealBytes = 512;

/** Characters of a text and entries of a list that are kept; the next pair is for what is too long even so. */
const steps: readonly { readonly length: number; readonly entries: number }[] = [
  { length: 16 * 1024, entries: 1000 },
  { length: 1024, entries: 200 },
  { length: 100, entries: 20 },
];

/** The most that the smallest step leaves of an event has room many times over; a shorter one isn't looked into. */
const shortJson = 16 * 1024;

/** The event as JSON in printable ASCII, where nothing of it has to be cut; undefined where something may have to be. */
export function toShortJson(event: AuditEvent): string | undefined {
  const whole = isShort(event) ? toAsciiJson(event) : undefined;
  return whole !== undefined && whole.length <= shortJson ? whole : undefined;
}

/**
 * The event as JSON in printable ASCII, with room for its seal in one line. Most of what is in it was chosen in the
 * sandbox: values that are too long are cut, and `cut` says how long they were and what their hash was.
 */
export function toBoundedJson(event: AuditEvent): string {
  const whole = toShortJson(event);
  if (whole !== undefined) return whole;
  for (const step of steps) {
    const cuts: CutValue[] = [];
    const kept = bound(event, "", { ...step, cuts }) as AuditEvent;
    if (!isShort(kept, maxLineBytes)) continue;
    const json = toAsciiJson(
      cuts.length === 0 ? kept : { ...kept, cut: cuts.slice(0, step.entries) },
    );
    if (json.length + sealBytes <= maxLineBytes) return json;
  }
  throw new Error("an event has too many fields for a line of the log");
}

/** Whether the texts in a value are short, all together: told before any JSON is made, which may be longer than a text can be. */
function isShort(value: object, most = shortJson): boolean {
  return takeText(value, most) >= 0;
}

/** What is left of `most` characters behind a value; negative when it's longer. A loop over names: lists of them take twice the time. */
function takeText(value: object, most: number): number {
  let left = most;
  for (const name in value) {
    const inner: unknown = (value as Readonly<Record<string, unknown>>)[name];
    left -= 1;
    if (typeof inner === "string") left -= inner.length;
    else if (typeof inner === "object" && inner !== null) left = takeText(inner, left);
    if (left < 0) break;
  }
  return left;
}

interface Bound {
  readonly length: number;
  readonly entries: number;
  readonly cuts: CutValue[];
}

function bound(value: unknown, field: string, limits: Bound): unknown {
  if (typeof value === "string") return boundText(value, field, limits);
  if (typeof value !== "object" || value === null) return value;
  const inner = (name: string | number): string => (field === "" ? `${name}` : `${field}.${name}`);
  if (Array.isArray(value)) {
    return keep(value, field, limits).map((one, at) => bound(one, inner(at), limits));
  }
  const fields = keep(Object.entries(value), field, limits);
  return Object.fromEntries(fields.map(([name, one]) => [name, bound(one, inner(name), limits)]));
}

function boundText(text: string, field: string, { length, cuts }: Bound): string {
  if (text.length <= length) return text;
  cuts.push({ field, length: text.length, sha256: hash("sha256", Buffer.from(text, "utf8")) });
  return `${text.slice(0, length)}…`;
}

function keep<Value>(
  list: readonly Value[],
  field: string,
  { entries, cuts }: Bound,
): readonly Value[] {
  if (list.length <= entries) return list;
  cuts.push({ field, length: list.length, sha256: hashList(list) });
  return list.slice(0, entries);
}

/** The hash of its JSON, made an entry at a time. */
function hashList(list: readonly unknown[]): string {
  const sum = createHash("sha256");
  for (const [at, one] of list.entries()) {
    sum.update(`${at === 0 ? "[" : ","}${JSON.stringify(one)}`);
  }
  return sum.update("]").digest("hex");
}
