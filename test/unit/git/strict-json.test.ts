import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { fieldOf, parseStrictJson } from "../../../src/git/strict-json.ts";

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe("parseStrictJson", () => {
  it("gives the value of every JSON text whose names are unique in any case", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const reading = parse(JSON.stringify(value));
        if (reading.fault === undefined) {
          expect(reading.value).toEqual(JSON.parse(JSON.stringify(value)));
        } else {
          expect(reading.fault).toBe("a name comes twice in one object");
        }
      }),
    );
  });

  it.each([
    ['{"branch":"agent/x","branch":"main"}', "a name comes twice in one object"],
    ['{"branch":"agent/x","\\u0062ranch":"main"}', "a name comes twice in one object"],
    ['{"branch":"agent/x","Branch":"main"}', "a name comes twice in one object"],
    ['{"a":{"b":[{"c":1,"c":2}]}}', "a name comes twice in one object"],
    ['{"a":["x","x"],"b":{"a":1},"a":2}', "a name comes twice in one object"],
    ['\ufeff{"a":1}', "it begins with a byte order mark"],
    ["[".repeat(65) + "]".repeat(65), "it is nested deeper than 64 levels"],
    [`[${"[],".repeat(200_000)}[]]`, "it has more than 200000 values"],
    ['{"a":1,}', "it is not valid JSON"],
    ["{'a':1}", "it is not valid JSON"],
    ['{"a":1}{"b":2}', "it is not valid JSON"],
    ['{"a":NaN}', "it is not valid JSON"],
    ['{"a":1 /* comment */}', "it is not valid JSON"],
    ['"', "it is not valid JSON"],
    ["", "it is not valid JSON"],
  ])("does not take what parsers read differently or not at all: %.60s", (text, fault) => {
    expect(parse(text)).toEqual({ fault });
  });

  it("does not take bytes that are no UTF-8", () => {
    expect(parseStrictJson(Buffer.from('{"a":"\xff"}', "latin1"))).toEqual({
      fault: "it is not valid UTF-8",
    });
    expect(parseStrictJson(Buffer.from('{"a":1}', "utf16le"))).toEqual({
      fault: "it is not valid JSON",
    });
  });

  it("takes the same name in several objects, and names as values", () => {
    expect(parse('[{"a":"a"},{"a":["a","a"]},{"a\\"":1,"a":2}]')).toEqual({
      value: [{ a: "a" }, { a: ["a", "a"] }, { 'a"': 1, a: 2 }],
    });
  });

  it("reads a file of 30 MB in base64", () => {
    const reading = parse(JSON.stringify({ content: "QUJD".repeat(7_500_000), branch: "x" }));
    expect(fieldOf(reading.fault === undefined && reading.value, "branch")).toBe("x");
  });

  it("finds only an object's own fields", () => {
    expect(fieldOf({}, "constructor")).toBeUndefined();
    expect(fieldOf(["x"], "0")).toBeUndefined();
    expect(fieldOf(JSON.parse('{"__proto__":1}'), "__proto__")).toBe(1);
  });
});
