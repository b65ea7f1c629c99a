import type { PathPattern } from "./policy.ts";
import { decodeWhatMayStand } from "../http/target.ts";
import { invalidText } from "./file/problem.ts";

const invalid = invalidText("path pattern");

/** Longest pattern in characters, and most segments: far above any real one, so that a decision stays cheap */
const maxPatternLength = 1024;
const maxSegments = 64;

/**
 * Reads a path pattern into the spelling that request paths are compared in: escapes of characters that may stand in a
 * segment are decoded, other escapes are upper case (RFC 3986 §6.2.2).
 * @throws VaultboxError VBX_POLICY_INVALID
 */
export function parsePathPattern(text: string): PathPattern {
  if (!text.startsWith("/")) throw invalid(text, "a path begins with /");
  if (text === "/**") return "any";
  if (text.length > maxPatternLength) {
    throw invalid(text, `longer than ${maxPatternLength} characters`);
  }
  checkCharacters(text);
  const canonical = text.replaceAll(/%[0-9a-f]{2}/gi, decodeWhatMayStand);
  const segments = canonical.slice(1).split("/");
  if (segments.length > maxSegments) throw invalid(text, `more than ${maxSegments} segments`);
  segments.forEach((segment, index) => {
    if (segment === "" && index < segments.length - 1) {
      throw invalid(text, "an empty segment (//) is in no path that rules see");
    }
    if (/^\.{1,2}(?:;|%3B|$)/.test(segment)) {
      throw invalid(text, "a . or .. segment is in no path that rules see");
    }
    if (segment.includes("**") && segment !== "**") {
      throw invalid(text, "** stands only for whole segments, as in /a/**; use * within a segment");
    }
  });
  return { text: canonical, segments };
}

export function formatPathPattern(pattern: PathPattern): string {
  return pattern === "any" ? "/**" : pattern.text;
}

function checkCharacters(text: string): void {
  if (text.includes("?")) {
    throw invalid(text, "query strings are never part of a pattern; leave out the ? and the rest");
  }
  if (text.includes("#")) throw invalid(text, "a fragment (#) never reaches a server");
  if (/[^\u0021-\u007e]/.test(text)) {
    throw invalid(text, "write spaces and characters outside ASCII percent-encoded, as in %20");
  }
  if (/["\\<>[\]^`{|}]/.test(text)) {
    throw invalid(text, 'write any of " \\ < > [ ] ^ ` { | } percent-encoded, as in %7B');
  }
  if (/%(?![0-9a-f]{2})/i.test(text)) throw invalid(text, "a % needs two hex digits after it");
  if (/%2f/i.test(text)) throw invalid(text, "write a slash instead of %2F");
  if (/%5c/i.test(text)) throw invalid(text, "a backslash (%5C) is in no path that rules see");
  if (/%2a/i.test(text)) throw invalid(text, "a literal * can't be written; use * for any text");
  if (/%(?:[01][0-9a-f]|7f)/i.test(text)) {
    throw invalid(text, "a control character is in no path that rules see");
  }
  if (/%25[0-9a-f]{2}/i.test(text)) throw invalid(text, "an escape that is escaped again (%25…)");
}
