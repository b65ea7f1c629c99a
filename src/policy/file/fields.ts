import { VaultboxError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest-word.ts";
import { quoted } from "../../base/printable.ts";
import type { Problem } from "./problem.ts";

/** Largest policy or project file in bytes; the YAML library's check for duplicate keys is quadratic */
export const maxFileBytes = 64 * 1024;
/** Problems kept of one file; more say nothing new */
const maxProblems = 100;

/** A value in a file, with where it is for messages. */
export interface Field {
  /** `egress[2].allow[0]` */
  readonly key: string;
  readonly line: number;
  readonly column: number;
  readonly value: FieldValue;
}

export type FieldValue =
  /** Entries in the order in which they are written; the field of each stands at its key */
  | { readonly kind: "mapping"; readonly entries: readonly (readonly [string, Field])[] }
  | { readonly kind: "list"; readonly items: readonly Field[] }
  /** `null` where nothing was written */
  | { readonly kind: "scalar"; readonly value: unknown };

/** Reads one file and collects every problem in it. */
export interface FileReader {
  readonly file: string;
  readonly problems: Problem[];
}

export function createReader(file: string): FileReader {
  return { file, problems: [] };
}

export function report(reader: FileReader, field: Omit<Field, "value">, message: string): void {
  if (reader.problems.length >= maxProblems) return;
  const { key, line, column } = field;
  reader.problems.push({ file: reader.file, line, column, key, message });
}

/** The entries of a mapping; reports what is no mapping and every key that is not known. */
export function readMap<Key extends string>(
  reader: FileReader,
  field: Field,
  known: readonly Key[],
): Partial<Record<Key, Field>> | undefined {
  const entries = readEntries(reader, field);
  if (entries === undefined) return undefined;
  const found: Partial<Record<Key, Field>> = {};
  for (const [name, value] of entries) {
    const key = known.find((one) => one === name);
    if (key !== undefined) found[key] = value;
    else report(reader, value, `unknown key${suggest(name, known)}; known: ${known.join(", ")}`);
  }
  return found;
}

/** All entries of a mapping whatever their keys. */
export function readEntries(
  reader: FileReader,
  field: Field,
): readonly (readonly [string, Field])[] | undefined {
  if (field.value.kind === "mapping") return field.value.entries;
  report(reader, field, `write a mapping (key: value), not ${describe(field)}`);
  return undefined;
}

export function readList(reader: FileReader, field: Field): readonly Field[] | undefined {
  if (field.value.kind === "list") return field.value.items;
  report(reader, field, `write a list, not ${describe(field)}`);
  return undefined;
}

export function readString(reader: FileReader, field: Field): string | undefined {
  const value = toScalar(field);
  if (typeof value === "string" && value !== "") return value;
  const what = value === "" ? "an empty string" : describe(field);
  const fix = value === undefined || value === null || value === "" ? "" : "; put it in quotes";
  report(reader, field, `write text, not ${what}${fix}`);
  return undefined;
}

/** An integer of at least 1. */
export function readCount(reader: FileReader, field: Field, max: number): number | undefined {
  const value = toScalar(field);
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) {
    return value;
  }
  report(reader, field, `write a whole number from 1 to ${max}, not ${describe(field)}`);
  return undefined;
}

export function readBoolean(reader: FileReader, field: Field): boolean | undefined {
  const value = toScalar(field);
  if (typeof value === "boolean") return value;
  report(reader, field, `write true or false, not ${describe(field)}`);
  return undefined;
}

export function readChoice<Choice extends string>(
  reader: FileReader,
  field: Field,
  choices: readonly Choice[],
): Choice | undefined {
  const value = toScalar(field);
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const near = typeof value === "string" ? suggest(value, choices) : "";
  report(reader, field, `write ${choices.join(" or ")}, not ${describe(field)}${near}`);
  return undefined;
}

/** The result of a parser that throws VaultboxError; its message becomes a problem of this field. */
export function attempt<T>(reader: FileReader, field: Field, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    report(reader, field, error.message);
    return undefined;
  }
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
