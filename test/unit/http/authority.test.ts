import { describe, expect, test } from "vitest";
import {
  parseAuthority,
  parseServerName,
  sameAuthority,
  toAuthorityText,
  toHostHeader,
} from "../../../src/http/authority.ts";

function parse(text: string) {
  return parseAuthority(text, "https", 443);
}

describe("a host has one spelling after parsing", () => {
  test.each([
    ["example.com", "example.com", 443, "name"],
    ["EXAMPLE.Com", "example.com", 443, "name"],
    ["example.com.", "example.com", 443, "name"],
    ["example.com.:8443", "example.com", 8443, "name"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example", 443, "name"],
    ["my_bucket.store.example", "my_bucket.store.example", 443, "name"],
    ["localhost:1", "localhost", 1, "name"],
    ["1.2.3.4:65535", "1.2.3.4", 65_535, "ipv4"],
    ["[2001:DB8:0:0::1]:80", "2001:db8::1", 80, "ipv6"],
    ["[::ffff:1.2.3.4]", "::ffff:102:304", 443, "ipv6"],
    ["1.example", "1.example", 443, "name"],
  ])("%s", (text, host, port, kind) => {
    expect(parse(text)).toEqual({ scheme: "https", host, port, kind });
  });

  test("a name of 253 characters is read and one of 254 is refused", () => {
    const longest = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;
    expect(parse(`${longest}.:65535`).host).toBe(longest);
    expect(() => parse(`${longest}d`)).toThrow("too long");
  });
});

test("without a default the port must be written, as in a CONNECT target", () => {
  expect(() => parseAuthority("example.com", "https")).toThrow("the port is missing");
  expect(parseAuthority("example.com:443", "https").port).toBe(443);
});

test("a server name is a name without port, in lower case", () => {
  expect(parseServerName("API.example.com")).toBe("api.example.com");
});

test.each(["example.com:443", "1.2.3.4", "[::1]", "::1", "", "a..b"])(
  "%j is no server name",
  (text) => {
    expect(() => parseServerName(text)).toThrow("is not a valid host");
  },
);

test("the Host header leaves out the scheme's default port only", () => {
  expect(toHostHeader(parse("example.com"))).toBe("example.com");
  expect(toHostHeader(parse("example.com:80"))).toBe("example.com:80");
  expect(toHostHeader(parseAuthority("example.com:80", "http", 80))).toBe("example.com");
  expect(toHostHeader(parse("[::1]:8443"))).toBe("[::1]:8443");
  expect(toAuthorityText(parse("[::1]"))).toBe("[::1]:443");
});

test("two authorities are the same only if scheme, host and port are", () => {
  expect(sameAuthority(parse("A.example."), parse("a.example:443"))).toBe(true);
  expect(sameAuthority(parse("a.example"), parse("a.example:444"))).toBe(false);
  expect(sameAuthority(parse("a.example"), parse("b.example"))).toBe(false);
  expect(sameAuthority(parse("a.example"), parseAuthority("a.example:443", "http"))).toBe(false);
});
