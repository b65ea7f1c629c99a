// JSON that decides something here and is acted on elsewhere: only texts that every parser reads alike are taken.
// RFC 8259 section 4 leaves open what a name that comes twice means, and parsers differ: Ruby and JavaScript take the last
// value, others the first, Go's takes names in any case for the same one. So such texts are refused, instead of guessed at.
// None of the JSON and YAML parsers at hand does this for JSON: `JSON.parse` never tells, and YAML reads more than JSON.
import { parseUtf8 } from "./wire/utf8-text.ts";

/** Objects and arrays within each other; API bodies have fewer than ten. */
const maxJsonDepth = 64;

/** Values in one text: a few bytes of `[[],[],…` become a hundred of memory. */
const maxJsonValues = 200_000;

export type StrictJson =
  | { readonly value: unknown; readonly fault?: undefined }
  /** One clause: why the bytes aren't taken */
  | { readonly fault: string };

/** Reads JSON text (RFC 8259) that no two parsers read differently: UTF-8 without byte order mark, names unique in any case. */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  const text = parseUtf8(bytes);
  if (text === undefined) return { fault: "it is not valid UTF-8" };
  if (text.startsWith("\ufeff")) return { fault: "it begins with a byte order mark" };
  try {
    const fault = findFault(text);
    return fault === undefined ? { value: JSON.parse(text) as unknown } : { fault };
  } catch {
    // SyntaxError; its message would quote the body
    return { fault: "it is not valid JSON" };
  }
}

/** A JSON object's own value by name; undefined for names that it hasn't. */
export function fieldOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether a parsed value is an object: no array, not null. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What parsers could disagree on, or could be hurt by. Reads tokens only: in valid JSON a string that follows `{` or, in
 * an object, `,` is a name.
 * @throws SyntaxError
 */
function findFault(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let values = 0;
  let isNameNext = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case "{":
      case "[":
        if (open.length === maxJsonDepth) return `it is nested deeper than ${maxJsonDepth} levels`;
        isNameNext = text[at] === "{";
        open.push(isNameNext ? new Set() : undefined);
        values += 1;
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ",":
        isNameNext = open.at(-1) !== undefined;
        values += 1;
        break;
      case '"': {
        const end = findStringEnd(text, at);
        if (isNameNext && isDoubleName(open.at(-1), text.slice(at, end + 1))) {
          return "a name comes twice in one object";
        }
        isNameNext = false;
        at = end;
        break;
      }
      default:
    }
    if (values > maxJsonValues) return `it has more than ${maxJsonValues} values`;
  }
  return undefined;
}

/** Index of the closing quote; the end of the text where there is none. */
function findStringEnd(text: string, start: number): number {
  for (
    let quote = text.indexOf('"', start + 1);
    quote !== -1;
    quote = text.indexOf('"', quote + 1)
  ) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length;
}

/** Remembers the name. @throws SyntaxError */
function isDoubleName(names: Set<string> | undefined, token: string): boolean {
  const name = (JSON.parse(token) as string).toLowerCase();
  if (names === undefined || names.has(name)) return true;
  names.add(name);
  return false;
}
