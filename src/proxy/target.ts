import { quoted } from "../printable.ts";
import { Refusal } from "./refusal.ts";

/** A request target taken apart (RFC 9112 section 3.2). `rawPath + query` is exactly what goes upstream. */
export interface RequestTarget {
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  /** The authority as written, in absolute and authority form; for `parseAuthority` */
  readonly authorityText?: string;
  /** Scheme of an absolute target */
  readonly scheme?: "https" | "http";
  /** Path as the client wrote it, `/` where an absolute target has none */
  readonly rawPath: string;
  /** The path rules are matched against; begins with `/` in origin and absolute form */
  readonly path: string;
  /** Query as the client wrote it, with its `?`; empty if there is none */
  readonly query: string;
}

// Printable ASCII without space, `#`: what any request target may hold
const targetShape = /^[!"$-~]+$/;
// A path whose canonical form is itself: nothing escaped, no parameters, no empty segment, none that begins with a dot
const plainSegment = "[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]*";
const plainPath = new RegExp(`^/(?:${plainSegment}(?:/${plainSegment})*/?)?$`);
const absoluteTarget = /^(https?):\/\/([^/?]*)([^?]*)(\?.*)?$/i;

/**
 * Reads the target of a request line. Refused: fragments, control and space and non-ASCII bytes, backslashes, and every
 * path that two servers may read differently (see `toCanonicalPath`). The query is passed on as it is: no rule looks
 * at it.
 * @throws Refusal 400 `request-invalid`
 */
export function parseTarget(method: string, target: string): RequestTarget {
  if (!targetShape.test(target)) {
    throw refusal(
      target,
      target.includes("#")
        ? "it has a fragment"
        : target === ""
          ? "it is empty"
          : "it has a space, a control character or a byte outside ASCII",
    );
  }
  if (method === "CONNECT") {
    return { form: "authority", authorityText: target, rawPath: "", path: "", query: "" };
  }
  if (target.startsWith("/")) {
    const mark = target.indexOf("?");
    const rawPath = mark === -1 ? target : target.slice(0, mark);
    const query = mark === -1 ? "" : target.slice(mark);
    return { form: "origin", rawPath, path: toCanonicalPath(rawPath), query };
  }
  if (target === "*" && method === "OPTIONS") {
    return { form: "asterisk", rawPath: "*", path: "*", query: "" };
  }
  return parseAbsolute(target);
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
    path: toCanonicalPath(rawPath),
    query,
  };
}

/**
 * The one spelling of a path that rules see: escapes of characters that may stand in a segment are decoded, other
 * escapes are upper case, characters that should have been escaped are.
 * Refused, because some servers resolve them and others don't: `//`, `.` and `..` segments (raw, `%2e`, with `;`
 * parameters or white space behind), `%5c`, control characters, escapes that aren't UTF-8 (overlong forms of `.` and
 * `/`), and escapes that were escaped again (`%252e`).
 * `%2f` is refused too, with one exception: `@scope%2fname`, as npm writes a scoped package. Registries serve it at
 * `@scope/name` as well, so rules see the latter: an allow and a deny rule for a scope can't be dodged by spelling.
 * The other exception is `/api/v4/projects/group%2Fname`, as GitLab wants a project, a branch or a file named in one
 * segment (https://docs.gitlab.com/api/rest/#namespaced-paths): there the `%2F` stays, so a rule's `*` covers it and a
 * deny rule reads it as a slash.
 */
export function toCanonicalPath(rawPath: string): string {
  if (plainPath.test(rawPath)) return rawPath;
  if (rawPath.includes("\\")) throw refusal(rawPath, "it has a backslash");
  if (rawPath.includes("//")) throw refusal(rawPath, "it has an empty segment (`//`)");
  if (/%(?![0-9a-fA-F]{2})/.test(rawPath))
    throw refusal(rawPath, "a % has no two hex digits behind");
  if (/%(?:[01][0-9a-f]|7f)/i.test(rawPath))
    throw refusal(rawPath, "it escapes a control character");
  if (/%5c/i.test(rawPath)) throw refusal(rawPath, "it escapes a backslash (`%5c`)");
  if (/%25(?:2[0-9a-f]|3[bf]|5c|[01][0-9a-f])/i.test(rawPath)) {
    throw refusal(rawPath, "an escape is escaped again (such as `%252e`)");
  }
  if (/%[89a-f]/i.test(rawPath) && !isUtf8Escaped(rawPath)) {
    throw refusal(rawPath, "its escapes are not UTF-8");
  }
  return rawPath
    .split("/")
    .map((segment) => toCanonicalSegment(segment, rawPath))
    .join("/");
}

// Literally: what has to be decoded to look like it isn't GitLab's
const gitlabProjects = "/api/v4/projects/";

function toCanonicalSegment(segment: string, rawPath: string): string {
  const decoded = segment
    .replace(/%[0-9a-fA-F]{2}/g, decodeWhatMayStand)
    .replace(
      /["<>[\]^`{|}]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  refuseDotSegment(decoded, rawPath);
  if (!decoded.includes("%2F")) return decoded;
  const [scope, name, ...rest] = decoded.split("%2F");
  if (scope!.startsWith("@") && scope!.length > 1 && name !== "" && rest.length === 0) {
    refuseDotSegment(name!, rawPath);
    return `${scope}/${name}`;
  }
  if (!rawPath.startsWith(gitlabProjects)) {
    throw refusal(rawPath, "it escapes a slash (`%2f`) elsewhere than in `@scope%2fname`");
  }
  for (const piece of decoded.split("%2F")) {
    if (piece === "") throw refusal(rawPath, "it escapes a slash (`%2f`) with nothing beside it");
    refuseDotSegment(piece, rawPath);
  }
  return decoded;
}

// RFC 3986 pchar without `;`, which begins parameters on some servers; `%` itself never comes out of an escape
function decodeWhatMayStand(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return /[A-Za-z0-9._~!$&'()*+,=:@-]/.test(character) ? character : escape.toUpperCase();
}

function refuseDotSegment(segment: string, rawPath: string): void {
  if (/^\.{1,2}(?:$|;|%3B|%20)/.test(segment))
    throw refusal(rawPath, "it has a `.` or `..` segment");
  if (/^(?:;|%3B)/.test(segment)) throw refusal(rawPath, "a segment is nothing but `;` parameters");
}

function isUtf8Escaped(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    // The only error of decodeURIComponent is the answer asked for
    return false;
  }
}

function refusal(target: string, why: string): Refusal {
  return new Refusal(
    400,
    "request-invalid",
    `the request target ${quoted(target, 100)} is not valid: ${why}`,
  );
}
