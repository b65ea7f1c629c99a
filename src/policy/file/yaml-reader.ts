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
import { quoted } from "../../base/printable.ts";
import { type Field, type FieldValue, type FileReader, maxFileBytes, report } from "./fields.ts";

type Position = Pick<Field, "line" | "column">;

/**
 * The root of the document, or undefined when there is nothing that could be read on. YAML 1.2 core schema; refused:
 * anything but UTF-8, anchors, aliases, tags, directives, several documents, duplicate keys, tabs as indentation.
 */
export function readRoot(reader: FileReader, content: Uint8Array): Field | undefined {
  const fail = (message: string): undefined => {
    report(reader, start, message);
    return undefined;
  };
  if (content.byteLength > maxFileBytes) {
    return fail(`the file is larger than ${maxFileBytes / 1024} KiB`);
  }
  const text = decodeUtf8(content);
  if (text === undefined) return fail("the file is not UTF-8 text");
  try {
    return parseYaml(reader, text);
  } catch (error) {
    // Parser, visitor and conversion are recursive; a bomb of brackets ends their stack
    if (error instanceof RangeError) return fail("the file is nested too deeply");
    throw error;
  }
}

/** The place of the file as a whole. */
const start = { key: "", line: 1, column: 1 };

function parseYaml(reader: FileReader, text: string): Field | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    strict: true,
    uniqueKeys: true,
    merge: false,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  refuseReferences(reader, document, lines);
  for (const error of [...document.errors, ...document.warnings]) {
    const place = { key: "", ...toLineAndColumn(lines, error.pos[0]) };
    report(reader, place, toMessage(error.code, error.message));
  }
  if (document.directives?.yaml.explicit === true) {
    report(reader, start, "leave out the %YAML directive");
  }
  if (reader.problems.length > 0) return undefined;
  const root = toField(lines, "", document.contents, start);
  const isEmpty = root.value.kind === "scalar" && root.value.value === null;
  if (isEmpty) report(reader, start, "the file is empty; it begins with version: 1");
  return isEmpty ? undefined : root;
}

function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    // The decoder says only that it isn't UTF-8
    return undefined;
  }
}

function refuseReferences(reader: FileReader, document: Document, lines: LineCounter): void {
  visit(document, {
    Node(_, node) {
      const at = { key: "", ...toLineAndColumn(lines, node.range?.[0] ?? 0) };
      if (isAlias(node)) report(reader, at, "aliases (*name) can't be used; write the value again");
      else if (node.anchor !== undefined) report(reader, at, "anchors (&name) can't be used");
      // The composer keeps a tag only on a node where one was written
      if (node.tag !== undefined) report(reader, at, "tags (!name) can't be used");
    },
  });
}

function toField(lines: LineCounter, key: string, node: unknown, at: Position): Field {
  const position = toPosition(lines, node, at);
  return { key, ...position, value: toValue(lines, key, node, position) };
}

function toValue(lines: LineCounter, key: string, node: unknown, at: Position): FieldValue {
  if (isSeq(node)) {
    const toItem = (item: unknown, index: number) => toField(lines, `${key}[${index}]`, item, at);
    return { kind: "list", items: node.items.map(toItem) };
  }
  if (!isMap(node)) return { kind: "scalar", value: isScalar(node) ? node.value : null };
  const entries = node.items.map((pair): readonly [string, Field] => {
    const name = isScalar(pair.key) ? String(pair.key.value) : "";
    const path = key === "" ? toKeyText(name) : `${key}.${toKeyText(name)}`;
    const position = toPosition(lines, pair.key, at);
    return [name, { key: path, ...position, value: toValue(lines, path, pair.value, position) }];
  });
  return { kind: "mapping", entries };
}

function toPosition(lines: LineCounter, node: unknown, fallback: Position): Position {
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? fallback : toLineAndColumn(lines, offset);
}

function toLineAndColumn(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function toKeyText(name: string): string {
  return /^[\w-]{1,64}$/.test(name) ? name : quoted(name, 64);
}

function toMessage(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this key is there twice";
  if (code === "TAB_AS_INDENT") return "a tab indents this line; YAML wants spaces";
  if (code === "MULTIPLE_DOCS") return "a second document begins here (---); write one";
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
