import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from "yaml";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { maxFileBytes } from "../file-size.ts";
import type { Problem } from "./problem.ts";
import { suggest } from "../../base/nearest-word.ts";

/** Problems kept of one file; more say nothing new */
const maxProblems = 100;

/** A value in a file, with where it is for messages. */
export interface Field {
  /** `egress[2].allow[0]` */
  readonly key: string;
  readonly line: number;
  readonly column: number;
  /** A node of the YAML library, or null where nothing was written */
  readonly node: unknown;
}

/** Reads one file and collects every problem in it. */
export interface FileReader {
  readonly file: string;
  readonly problems: Problem[];
  readonly lines: LineCounter;
}

export function createReader(file: string): FileReader {
  return { file, problems: [], lines: new LineCounter() };
}

/**
 * The root of the document, or undefined when there is nothing that could be read on. YAML 1.2 core schema; refused:
 * anything but UTF-8, anchors, aliases, tags, directives, several documents, duplicate keys, tabs as indentation.
 */
export function readRoot(reader: FileReader, content: Uint8Array): Field | undefined {
  const whole: Field = { key: "", line: 1, column: 1, node: null };
  if (content.byteLength > maxFileBytes) {
    return fail(reader, whole, `the file is larger than ${maxFileBytes / 1024} KiB`);
  }
  const text = decodeUtf8(content);
  if (text === undefined) return fail(reader, whole, "the file is not UTF-8 text");
  const document = parseYaml(reader, text);
  if (document === undefined) return fail(reader, whole, "the file is nested too deeply");
  for (const error of [...document.errors, ...document.warnings]) {
    report(
      reader,
      { ...whole, ...toPosition(reader, error.pos[0]) },
      toMessage(error.code, error.message),
    );
  }
  if (document.directives?.yaml.explicit === true) {
    report(reader, whole, "leave out the %YAML directive");
  }
  if (
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  ) {
    if (reader.problems.length > 0) return undefined;
    return fail(reader, whole, "the file is empty; it begins with version: 1");
  }
  return reader.problems.length > 0 ? undefined : toField(reader, "", document.contents, whole);
}

export function report(reader: FileReader, field: Omit<Field, "node">, message: string): void {
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

/** All entries of a mapping whatever their keys. A value's field stands at its key. */
export function readEntries(
  reader: FileReader,
  field: Field,
): readonly (readonly [string, Field])[] | undefined {
  if (!isMap(field.node)) {
    report(reader, field, `write a mapping (key: value), not ${describe(field.node)}`);
    return undefined;
  }
  return field.node.items.map((pair) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : "";
    const key = field.key === "" ? toKeyText(name) : `${field.key}.${toKeyText(name)}`;
    return [name, { ...toField(reader, key, pair.key, field), node: pair.value }];
  });
}

export function readList(reader: FileReader, field: Field): readonly Field[] | undefined {
  if (!isSeq(field.node)) {
    report(reader, field, `write a list, not ${describe(field.node)}`);
    return undefined;
  }
  return field.node.items.map((item, index) =>
    toField(reader, `${field.key}[${index}]`, item, field),
  );
}

export function readString(reader: FileReader, field: Field): string | undefined {
  const value = isScalar(field.node) ? field.node.value : undefined;
  if (typeof value === "string" && value !== "") return value;
  const what = value === "" ? "an empty string" : describe(field.node);
  const fix = value === undefined || value === null || value === "" ? "" : "; put it in quotes";
  report(reader, field, `write text, not ${what}${fix}`);
  return undefined;
}

/** An integer of at least 1. */
export function readCount(reader: FileReader, field: Field, max: number): number | undefined {
  const value = isScalar(field.node) ? field.node.value : undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) {
    return value;
  }
  report(reader, field, `write a whole number from 1 to ${max}, not ${describe(field.node)}`);
  return undefined;
}

export function readBoolean(reader: FileReader, field: Field): boolean | undefined {
  const value = isScalar(field.node) ? field.node.value : undefined;
  if (typeof value === "boolean") return value;
  report(reader, field, `write true or false, not ${describe(field.node)}`);
  return undefined;
}

export function readChoice<Choice extends string>(
  reader: FileReader,
  field: Field,
  choices: readonly Choice[],
): Choice | undefined {
  const value = isScalar(field.node) ? field.node.value : undefined;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const near = typeof value === "string" ? suggest(value, choices) : "";
  report(reader, field, `write ${choices.join(" or ")}, not ${describe(field.node)}${near}`);
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

function fail(reader: FileReader, field: Field, message: string): undefined {
  report(reader, field, message);
  return undefined;
}

function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    // The decoder says only that it isn't UTF-8
    return undefined;
  }
}

function parseYaml(reader: FileReader, text: string): Document | undefined {
  try {
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      strict: true,
      uniqueKeys: true,
      merge: false,
      stringKeys: true,
      prettyErrors: false,
      lineCounter: reader.lines,
    });
    refuseReferences(reader, document);
    return document;
  } catch (error) {
    // Parser and visitor are recursive; a bomb of brackets ends its stack
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function refuseReferences(reader: FileReader, document: Document): void {
  visit(document, {
    Node(_, node) {
      const at = { key: "", ...toPosition(reader, node.range?.[0] ?? 0) };
      if (isAlias(node)) report(reader, at, "aliases (*name) can't be used; write the value again");
      else if (node.anchor !== undefined) report(reader, at, "anchors (&name) can't be used");
      // The composer keeps a tag only on a node where one was written
      if (node.tag !== undefined) report(reader, at, "tags (!name) can't be used");
    },
  });
}

function toField(reader: FileReader, key: string, node: unknown, fallback: Field): Field {
  const offset = isNode(node) ? node.range?.[0] : undefined;
  const { line, column } = offset === undefined ? fallback : toPosition(reader, offset);
  return { key, line, column, node };
}

function toPosition(reader: FileReader, offset: number): { line: number; column: number } {
  const { line, col } = reader.lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function toKeyText(name: string): string {
  return /^[\w-]{1,64}$/.test(name) ? name : quoted(name, 64);
}

function describe(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  return typeof node.value === "string" ? quoted(node.value, 80) : JSON.stringify(node.value);
}

function toMessage(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this key is there twice";
  if (code === "TAB_AS_INDENT") return "a tab indents this line; YAML wants spaces";
  if (code === "MULTIPLE_DOCS") return "a second document begins here (---); write one";
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
