import { expect, test } from "vitest";
import { parseAuthority } from "../../../../src/http/authority.ts";
import { findDialTarget, parseConnectTo } from "../../../../src/proxy/client/connect-to.ts";

test.each([
  [
    "a.example:443:127.0.0.1:8443",
    { host: "a.example", port: 443, toHost: "127.0.0.1", toPort: 8443 },
  ],
  ["A.Example.:443:[::1]:1", { host: "a.example", port: 443, toHost: "::1", toPort: 1 }],
  ["[2001:DB8::1]:443:b.example:", { host: "2001:db8::1", port: 443, toHost: "b.example" }],
  [":443:127.0.0.1:8443", { port: 443, toHost: "127.0.0.1", toPort: 8443 }],
  ["a.example::127.0.0.1:", { host: "a.example", toHost: "127.0.0.1" }],
  ["a.example:443::8443", { host: "a.example", port: 443, toPort: 8443 }],
  [":::", {}],
])("%s is read with curl's meaning", (text, entry) => {
  expect(parseConnectTo(text)).toEqual(entry);
});

test.each([
  "",
  "a.example",
  "a.example:443:127.0.0.1",
  "a.example:443:127.0.0.1:8443:1",
  "a.example:443:::1:8443",
  "a.example:0:127.0.0.1:1",
  "a.example:65536:127.0.0.1:1",
  "a.example:x:127.0.0.1:1",
  "a.example:443:127.1:1",
  "a b:443:127.0.0.1:1",
  "a.example:443:[1.2.3.4]:1",
  "u@a.example:443:127.0.0.1:1",
])("%j is a usage error", (text) => {
  expect(() => parseConnectTo(text)).toThrow(expect.objectContaining({ code: "VBX_USAGE" }));
});

test("the first entry that matches decides", () => {
  const entries = ["b.example:443:10.0.0.1:1", "a.example::10.0.0.2:2", ":443:10.0.0.3:"].map(
    parseConnectTo,
  );
  const find = (text: string) => findDialTarget(parseAuthority(text, "https", 443), entries);
  expect(find("a.example")).toEqual({ host: "10.0.0.2", port: 2, chosenByUser: true });
  expect(find("c.example")).toEqual({ host: "10.0.0.3", port: 443, chosenByUser: true });
  expect(find("c.example:444")).toBeUndefined();
});

test("an entry without address changes the port and leaves the address to be checked", () => {
  const target = findDialTarget(parseAuthority("a.example", "https", 443), [
    parseConnectTo("a.example:443::8443"),
  ]);
  expect(target).toEqual({ host: "a.example", port: 8443, chosenByUser: false });
});
