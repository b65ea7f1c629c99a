import { VaultboxError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest-word.ts";
import { quoted } from "../../base/printable.ts";
import type { Problem } from "./problem.ts";

/** Largest policy or project file in bytes; the YAML library's check for duplicate keys is quadratic */
export const maxFileBytes = 64 * 1024;
/** Problems kept of one file; more say nothing new */
const maxProblems = 100;

/** A value in a file, with where it is for messages. */
export interface Field extends Place {
  readonly value: FieldValue;
}

export interface Place {
  /** `egress[2].allow[0]` */
  readonly key: string;
  readonly line: number;
  readonly column: number;
  readonly file: FileReader;
}

export type FieldValue =
  /** Entries in the order in which they are written; the field of each stands at its key */
  | { readonly kind: "mapping"; readonly entries: readonly (readonly [string, Field])[] }
  | { readonly kind: "list"; readonly items: readonly Field[] }
  /** `null` where nothing was written */
  | { readonly kind: "scalar"; readonly value: unknown };

/** One file that is read, with every problem in it. */
export interface FileReader {
  readonly name: string;
  readonly problems: Problem[];
}

// What reads a field reports what is wrong with it, and gives undefined then, as for a field that is missing.

export function report({ file, key, line, column }: Place, message: string): undefined {
  if (file.problems.length >= maxProblems) return;
  file.problems.push({ file: file.name, line, column, key, message });
}

/** The entries of a mapping; reports what is no mapping and every key that is not known. */
export function readMap<Key extends string>(
  field: Field | undefined,
  known: readonly Key[],
): Partial<Record<Key, Field>> | undefined {
  const entries = readEntries(field);
  if (entries === undefined) return undefined;
  const found: Partial<Record<Key, Field>> = {};
  for (const [name, value] of entries) {
    const key = known.find((one) => one === name);
    if (key !== undefined) found[key] = value;
    else report(value, `unknown key${suggest(name, known)}; known: ${known.join(", ")}`);
  }
  return found;
}

/** All entries of a mapping whatever their keys. */
export function readEntries(
  field: Field | undefined,
): readonly (readonly [string, Field])[] | undefined {
  if (field === undefined) return undefined;
  if (field.value.kind === "mapping") return field.value.entries;
  return report(field, `write a mapping (key: value), not ${describe(field)}`);
}

/**
 * The items of a list.
 * @param limit how many are read; `tooMany` is said of more
 */
export function readList<Item>(
  field: Field | undefined,
  read: (item: Field) => Item | undefined,
  limit: { readonly max: number; readonly tooMany?: string } = { max: Infinity },
): readonly Item[] | undefined {
  if (field === undefined) return undefined;
  const { value } = field;
  if (value.kind !== "list") return report(field, `write a list, not ${describe(field)}`);
  const { max, tooMany = `more than ${max} entries` } = limit;
  if (value.items.length > max) report(field, tooMany);
  return value.items
    .slice(0, max)
    .map(read)
    .filter((item) => item !== undefined);
}

export function readString(field: Field | undefined): string | undefined {
  if (field === undefined) return undefined;
  const value = toScalar(field);
  if (typeof value === "string" && value !== "") return value;
  const what = value === "" ? "an empty string" : describe(field);
  const fix = value === undefined || value === null || value === "" ? "" : "; put it in quotes";
  return report(field, `write text, not ${what}${fix}`);
}

/** Text of a shape. @param why what is wrong with other text */
export function readShaped(
  field: Field | undefined,
  shape: RegExp,
  why: string,
): string | undefined {
  const text = readString(field);
  if (field === undefined || text === undefined || shape.test(text)) return text;
  return report(field, why);
}

/** Text for a parser that throws VaultboxError; its message becomes a problem of this field. */
export function readParsed<T>(field: Field | undefined, parse: (text: string) => T): T | undefined {
  const text = readString(field);
  if (field === undefined || text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    return report(field, error.message);
  }
}

/** An integer of at least 1. */
export function readCount(field: Field | undefined, max: number): number | undefined {
  if (field === undefined) return undefined;
  const value = toScalar(field);
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) {
    return value;
  }
  return report(field, `write a whole number from 1 to ${max}, not ${describe(field)}`);
}

export function readBoolean(field: Field | undefined): boolean | undefined {
  if (field === undefined) return undefined;
  const value = toScalar(field);
  if (typeof value === "boolean") return value;
  return report(field, `write true or false, not ${describe(field)}`);
}

export function readChoice<Choice extends string>(
  field: Field | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (field === undefined) return undefined;
  const value = toScalar(field);
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const near = typeof value === "string" ? suggest(value, choices) : "";
  return report(field, `write ${choices.join(" or ")}, not ${describe(field)}${near}`);
}

function toScalar({ value }: Field): unknown {
  return value.kind === "scalar" ? value.value : undefined;
}

function describe({ value }: Field): string {
  if (value.kind === "mapping") return "a mapping";
  if (value.kind === "list") return "a list";
  if (value.value === null) return "nothing";
  return typeof value.value === "string" ? quoted(value.value, 80) : JSON.stringify(value.value);
}
