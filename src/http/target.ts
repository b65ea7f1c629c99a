import { decodeEscapes } from "./percent-decode.ts";
import { toFolded } from "../base/loose-name.ts";
import { quoted } from "../base/printable.ts";
import {
  hasOnlyLoneLetters,
  isUtf8,
  namesAreWhole,
  toOtherReadings,
  toOtherSpellings,
} from "./path-readings.ts";
import { Refusal } from "./refusal.ts";

/**
 * A request target taken apart (RFC 9112 section 3.2). `rawPath + query` is exactly what goes upstream: as the client wrote
 * it, but for bytes outside ASCII, which are escaped.
 */
export interface RequestTarget {
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  /** The authority as written, in absolute and authority form; for `parseAuthority` */
  readonly authorityText?: string;
  /** Scheme of an absolute target */
  readonly scheme?: "https" | "http";
  /** Path before it's made canonical, `/` where an absolute target has none */
  readonly rawPath: string;
  /** The path rules are matched against; begins with `/` in origin and absolute form */
  readonly path: string;
  /** What else servers may take the path for: rules must say the same of each (`toOtherReadings`) */
  readonly readings: readonly string[];
  /** Other spellings for handlers: to a forge `@scope%2Fname` may be one name, which no registry has, and none cuts `%23` off */
  readonly handlerReadings: readonly string[];
  /** Query with its `?`; empty if there is none */
  readonly query: string;
}

// Printable ASCII without space, `#`: what any request target may hold
const targetShape = /^[!"$-~]+$/;
const highBytes = /[\x80-\xff]+/g;
// A path whose canonical form is itself: nothing escaped, no parameters, no empty segment, none that begins with a dot
const plainSegment = "[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]*";
const plainPath = new RegExp(`^/(?:${plainSegment}(?:/${plainSegment})*/?)?$`);
const absoluteTarget = /^(https?):\/\/([^/?]*)([^?]*)(\?.*)?$/i;

/**
 * Reads the target of a request line (latin1). Refused: fragments, control and space bytes, backslashes, and every path of
 * which it isn't known what servers make of it (see `toCanonicalPath`). The query is passed on as it is: no rule looks at
 * it.
 * @throws Refusal 400 `request-invalid`
 */
export function parseTarget(method: string, written: string): RequestTarget {
  const target = method === "CONNECT" ? written : escapeHighBytes(written);
  if (!targetShape.test(target)) {
    throw refusal(
      target,
      target.includes("#")
        ? "it has a fragment"
        : target === ""
          ? "it is empty"
          : "it has a space, a control character or a byte that is no UTF-8",
    );
  }
  if (method === "CONNECT") {
    const authorityText = target;
    return { form: "authority", authorityText, rawPath: "", ...noPath, query: "" };
  }
  if (target.startsWith("/")) {
    const mark = target.indexOf("?");
    const rawPath = mark === -1 ? target : target.slice(0, mark);
    const query = mark === -1 ? "" : target.slice(mark);
    const { path, readings, handlerReadings } = toPath(rawPath);
    return { form: "origin", rawPath, path, readings, handlerReadings, query };
  }
  if (target === "*" && method === "OPTIONS") {
    return { form: "asterisk", rawPath: "*", ...noPath, path: "*", query: "" };
  }
  return parseAbsolute(target);
}

/**
 * Bytes outside ASCII as escapes, as a browser would write them (curl doesn't): the same to every server that takes them
 * raw, where some split a line at a raw `\xa0`. Those of a path must be UTF-8. What can't be escaped stays.
 */
function escapeHighBytes(target: string): string {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const escaped = path.replace(highBytes, (bytes) => {
    const escapes = toEscapes(bytes);
    return isUtf8(escapes) ? escapes : bytes;
  });
  return mark === -1 ? escaped : escaped + target.slice(mark).replace(highBytes, toEscapes);
}

function toEscapes(bytes: string): string {
  return `%${Buffer.from(bytes, "latin1").toString("hex").toUpperCase().match(/../g)!.join("%")}`;
}

/** Each is decided; a path that a client means has a few. */
const mostReadings = 63;

type TargetPath = Pick<RequestTarget, "path" | "readings" | "handlerReadings">;

const noPath: TargetPath = { path: "", readings: [], handlerReadings: [] };

function toPath(rawPath: string): TargetPath {
  const path = toCanonicalPath(rawPath);
  const spellings = toOtherSpellings(path);
  const readings = toOtherReadings(path, spellings);
  if (readings.length > mostReadings)
    throw refusal(rawPath, "servers read it in too many different ways");
  if (!/%2f/i.test(rawPath) || namesAreWhole(path)) {
    return { path, readings, handlerReadings: spellings };
  }
  const whole = toCanonicalPath(rawPath, "whole");
  const all = new Set([...spellings, whole, ...toOtherSpellings(whole)]);
  all.delete(path);
  return { path, readings, handlerReadings: [...all] };
}

function parseAbsolute(target: string): RequestTarget {
  const match = absoluteTarget.exec(target);
  if (match === null) throw refusal(target, "it is neither a path nor an http or https URL");
  const [, scheme, authorityText, pathText, query = ""] = match;
  const rawPath = pathText === "" ? "/" : pathText!;
  return {
    form: "absolute",
    authorityText: authorityText!,
    scheme: scheme!.toLowerCase() === "https" ? "https" : "http",
    rawPath,
    ...toPath(rawPath),
    query,
  };
}

/**
 * The one spelling of a path that rules see: escapes of characters that may stand in a segment are decoded, other
 * escapes are upper case, characters that should have been escaped are.
 * Refused, because what servers make of it isn't known: `..` segments and `.` ones that aren't written plainly (`%2e`, with
 * `;` parameters or white space behind), `//` at the beginning, `%5c`, control characters, escapes that may be overlong
 * forms of `.` and `/`, escapes that were escaped again (`%252e`), and `%2f` beside nothing, dots or parameters.
 * What servers read in two ways stays as it is: `toOtherReadings` has the others. But `@scope%2fname` becomes
 * `@scope/name`, as npm writes a scoped package: registries serve it at both, so an allow and a deny rule for a scope can't
 * be dodged by spelling.
 * @param scoped `whole` leaves that as it is too
 */
export function toCanonicalPath(rawPath: string, scoped: "split" | "whole" = "split"): string {
  if (plainPath.test(rawPath)) return rawPath;
  if (rawPath.includes("\\")) throw refusal(rawPath, "it has a backslash");
  if (/^\/(?:\.\/)*\//.test(rawPath))
    throw refusal(rawPath, "it begins with `//`, and some servers take what follows for a host");
  if (/%(?![0-9a-fA-F]{2})/.test(rawPath))
    throw refusal(rawPath, "a % has no two hex digits behind");
  if (/%(?:[01][0-9a-f]|7f)/i.test(rawPath))
    throw refusal(rawPath, "it escapes a control character");
  if (/%5c/i.test(rawPath)) throw refusal(rawPath, "it escapes a backslash (`%5c`)");
  const path = rawPath
    .split("/")
    .map((segment) => toCanonicalSegment(segment, rawPath, scoped))
    .join("/");
  if (/%25(?:2[0-9a-f]|3[bf]|5c|[01][0-9a-f])/i.test(path)) {
    throw refusal(rawPath, "an escape is escaped again (such as `%252e`)");
  }
  if (/%[89A-F]/.test(path) && !hasOnlyLoneLetters(path)) {
    throw refusal(rawPath, "its escapes are neither UTF-8 nor single letters of Latin-1");
  }
  return path;
}

/** A path with one spelling only. @throws Refusal */
export function toPlainPath(rawPath: string): string {
  const path = toCanonicalPath(rawPath);
  if (toOtherSpellings(path).length > 0)
    throw refusal(rawPath, "servers read it in different ways (`%2f`, `//`, `/./`, Latin-1)");
  return path;
}

function toCanonicalSegment(segment: string, rawPath: string, scoped: "split" | "whole"): string {
  if (segment === ".") return segment;
  const decoded = segment
    .replace(/%[0-9a-fA-F]{2}/g, decodeWhatMayStand)
    .replace(
      /["<>[\]^`{|}]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  refuseDotSegment(decoded, rawPath);
  if (!decoded.includes("%2F")) return decoded;
  const pieces = decoded.split("%2F");
  for (const piece of pieces) {
    if (piece === "") throw refusal(rawPath, "it escapes a slash (`%2f`) with nothing beside it");
    if (/;|%3B/.test(piece)) throw refusal(rawPath, "it escapes a slash (`%2f`) beside parameters");
    refuseDotSegment(piece, rawPath);
  }
  const [scope = "", name = ""] = pieces;
  const isScoped = pieces.length === 2 && scope.startsWith("@") && scope.length > 1;
  return isScoped && scoped === "split" ? `${scope}/${name}` : decoded;
}

/**
 * An escape as paths and patterns have it: RFC 3986 pchar without `;`, which begins parameters on some servers; `%` itself
 * never comes out of one.
 */
export function decodeWhatMayStand(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return /[A-Za-z0-9._~!$&'()*+,=:@-]/.test(character) ? character : escape.toUpperCase();
}

function refuseDotSegment(segment: string, rawPath: string): void {
  // With parameters, a stream of Windows, a blank, or what begins a query or fragment once it's decoded
  if (/^\.{1,2}(?:$|[;:]|%(?:20|23|3B|3F))/.test(segment) || isLooseDots(segment))
    throw refusal(rawPath, "it has a `.` or `..` segment");
  if (/^(?:;|%3B)/.test(segment)) throw refusal(rawPath, "a segment is nothing but `;` parameters");
}

/**
 * Whether a canonical segment is `.` or `..` to the most lenient servers: without blanks and characters that aren't seen,
 * and with old forms of signs as what they stand for (U+2025 is two dots, U+FF0F a slash).
 */
function isLooseDots(segment: string): boolean {
  if (!segment.includes("%")) return false;
  const text = toFolded(decodeEscapes(segment).normalize("NFKC")).replaceAll(/\s/g, "");
  return text.split(/[/\\]/).some((name) => /^\.{1,2}(?:$|[;:?#])/.test(name));
}

function refusal(target: string, why: string): Refusal {
  return new Refusal(
    400,
    "request-invalid",
    `the request target ${quoted(target, 100)} is not valid: ${why}`,
  );
}
