import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAuthority, parseServerName, toAuthorityText } from "../../../src/http/authority.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import { parseTarget, toCanonicalPath, toPlainPath } from "../../../src/http/target.ts";

const runs = { numRuns: 5_000 };
const bytes = fc
  .uint8Array({ maxLength: 300 })
  .map((array) => Buffer.from(array).toString("latin1"));
const near = fc.string({
  unit: fc.constantFrom(...Array.from("aZ09.-_:[]%@/\\ \0\r\n\t,#?;x\u212a\u3002\uff41")),
  maxLength: 40,
});
const anything = fc.oneof(bytes, near, fc.string({ unit: "binary" }));

const label = fc
  .stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/)
  .filter((text) => text.length <= 63);
const name = fc
  .tuple(fc.array(label, { maxLength: 4 }), fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/))
  .map(([labels, last]) => [...labels, last].join("."));

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal && error.status === 400) return undefined;
    throw error;
  }
}

test("reading an authority from arbitrary bytes gives a canonical one or a refusal, never another error", () => {
  fc.assert(
    fc.property(anything, (text) => {
      const authority = outcome(() => parseAuthority(text, "https", 443));
      if (authority === undefined) return;
      const found = authority as ReturnType<typeof parseAuthority>;
      expect(found.host).toMatch(/^[a-z0-9._:-]{1,253}$/);
      expect(parseAuthority(toAuthorityText(found), "https")).toEqual(found);
    }),
    runs,
  );
});

test("reading a server name or a target from arbitrary bytes gives a refusal at worst", () => {
  fc.assert(
    fc.property(anything, fc.constantFrom("GET", "CONNECT", "OPTIONS"), (text, method) => {
      expect(() => {
        outcome(() => parseServerName(text));
        outcome(() => parseTarget(method, text));
        outcome(() => parseTarget(method, `/${text}`));
      }).not.toThrow();
    }),
    runs,
  );
});

test("case and one trailing dot make no difference, a second dot is refused", () => {
  fc.assert(
    fc.property(name, fc.infiniteStream(fc.boolean()), (host, upper) => {
      const mixed = Array.from(host)
        .map((letter) => (upper.next().value ? letter.toUpperCase() : letter))
        .join("");
      const expected = { scheme: "https", host, port: 443, kind: "name" };
      expect(parseAuthority(mixed, "https", 443)).toEqual(expected);
      expect(parseAuthority(`${mixed}.`, "https", 443)).toEqual(expected);
      expect(parseServerName(`${mixed}.`)).toBe(host);
      expect(outcome(() => parseAuthority(`${mixed}..`, "https", 443))).toBeUndefined();
    }),
    runs,
  );
});

test("a canonical path is its own canonical path, and holds nothing a server would resolve", () => {
  const piece = fc.constantFrom(
    "a",
    "B",
    ".",
    "..",
    "/",
    "%2f",
    "%2F",
    "%2e",
    "%25",
    "%5c",
    ";",
    "@",
    "%40",
    "%61",
    "~",
    "[",
    "%c3%a9",
    "%20",
    "%3b",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const written = `/${pieces.join("")}`;
      const canonical = outcome(() => toCanonicalPath(written));
      if (canonical !== undefined) expect(toCanonicalPath(canonical as string)).toBe(canonical);
      const path = outcome(() => toPlainPath(written));
      if (path === undefined) return;
      expect(path).toBe(canonical);
      for (const segment of (path as string).split("/").slice(1, -1))
        expect(segment).not.toMatch(/^(?:\.\.?)?(?:;.*)?$/);
      expect(path).not.toMatch(/%2f|%5c|\/\/|%2e/i);
      // What a server that decodes once more would see has no dot segment either
      const decoded = decodeURIComponent(path as string);
      expect(new URL(decoded.replaceAll(/[?#]/g, "x"), "http://h").pathname.split("/").length).toBe(
        (path as string).split("/").length,
      );
    }),
    runs,
  );
});
