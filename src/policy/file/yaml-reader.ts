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
import {
  type Field,
  type FieldValue,
  type FileReader,
  maxFileBytes,
  type Place,
  report,
} from "./fields.ts";

/**
 * The root of the document, or undefined when there is nothing that could be read on. YAML 1.2 core schema; refused:
 * anything but UTF-8, anchors, aliases, tags, directives, several documents, duplicate keys, tabs as indentation.
 */
export function readRoot(file: FileReader, content: Uint8Array): Field | undefined {
  const start = { key: "", line: 1, column: 1, file };
  if (content.byteLength > maxFileBytes) {
    return report(start, `the file is larger than ${maxFileBytes / 1024} KiB`);
  }
  const text = decodeUtf8(content);
  if (text === undefined) return report(start, "the file is not UTF-8 text");
  try {
    return parseYaml(start, text);
  } catch (error) {
    // Parser, visitor and conversion are recursive; a bomb of brackets ends their stack
    if (error instanceof RangeError) return report(start, "the file is nested too deeply");
    throw error;
  }
}

/** @param start the place of the file as a whole */
function parseYaml(start: Place, text: string): Field | undefined {
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
  refuseReferences(start, document, lines);
  for (const error of [...document.errors, ...document.warnings]) {
    const place = { ...start, ...toLineAndColumn(lines, error.pos[0]) };
    report(place, toMessage(error.code, error.message));
  }
  if (document.directives?.yaml.explicit === true) report(start, "leave out the %YAML directive");
  if (start.file.problems.length > 0) return undefined;
  const root = toField(lines, document.contents, start);
  const isEmpty = root.value.kind === "scalar" && root.value.value === null;
  return isEmpty ? report(start, "the file is empty; it begins with version: 1") : root;
}

function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    // The decoder says only that it isn't UTF-8
    return undefined;
  }
}

function refuseReferences(start: Place, document: Document, lines: LineCounter): void {
  visit(document, {
    Node(_, node) {
      const at = { ...start, ...toLineAndColumn(lines, node.range?.[0] ?? 0) };
      if (isAlias(node)) report(at, "aliases (*name) can't be used; write the value again");
      else if (node.anchor !== undefined) report(at, "anchors (&name) can't be used");
      // The composer keeps a tag only on a node where one was written
      if (node.tag !== undefined) report(at, "tags (!name) can't be used");
    },
  });
}

/** @param around where it is, when it doesn't say it itself */
function toField(lines: LineCounter, node: unknown, around: Place): Field {
  const place = toPlace(lines, node, around);
  return { ...place, value: toValue(lines, node, place) };
}

function toValue(lines: LineCounter, node: unknown, at: Place): FieldValue {
  const { key } = at;
  if (isSeq(node)) {
    const toItem = (item: unknown, index: number) =>
      toField(lines, item, { ...at, key: `${key}[${index}]` });
    return { kind: "list", items: node.items.map(toItem) };
  }
  if (!isMap(node)) return { kind: "scalar", value: isScalar(node) ? node.value : null };
  const entries = node.items.map((pair): readonly [string, Field] => {
    const name = isScalar(pair.key) ? String(pair.key.value) : "";
    const path = key === "" ? toKeyText(name) : `${key}.${toKeyText(name)}`;
    const place = toPlace(lines, pair.key, { ...at, key: path });
    return [name, { ...place, value: toValue(lines, pair.value, place) }];
  });
  return { kind: "mapping", entries };
}

function toPlace(lines: LineCounter, node: unknown, around: Place): Place {
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? around : { ...around, ...toLineAndColumn(lines, offset) };
}

function toLineAndColumn(lines: LineCounter, offset: number): Pick<Place, "line" | "column"> {
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
