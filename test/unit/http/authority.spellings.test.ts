import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { parseAuthority, parseServerName } from "../../../src/http/authority.ts";
import { createDialer } from "../../../src/proxy/upstream/dial.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import { parseTarget } from "../../../src/http/target.ts";
import { createUpstreamRoots } from "../../../src/proxy/upstream/upstream-roots.ts";
import { recordScore } from "../../support/scoreboard.ts";

const long = "a".repeat(63);

/** Spellings of a host that some parser somewhere reads as another host (threats: CVE-2022-24825, CVE-2022-29188 …). */
const spellings: readonly string[] = [
  [
    "",
    ".",
    "..",
    "a..example",
    ".a.example",
    "a.example..",
    "a.example...",
    "-a.example",
    "a-.example",
  ],
  [
    "a.example:443:80",
    "a.example:80:443",
    "a.example:",
    "a.example:+443",
    "a.example:-1",
    "a.example:0",
  ],
  [
    "a.example:00443",
    "a.example:0x1bb",
    "a.example:65536",
    "a.example:443 ",
    "a.example:4 43",
    "a.example:４４３",
  ],
  [
    "[a.example]",
    "[a.example]:443",
    "[[::1]]",
    "[::1",
    "::1]",
    "::1",
    "[::1]x",
    "[::1]]:443",
    "[fe80::1%25eth0]",
  ],
  [
    "[fe80::1%eth0]",
    "[127.0.0.1]",
    "[v1.a]",
    "[]",
    "[::1].a.example",
    "[:::1]",
    "[1::2::3]",
    "[::12345]",
  ],
  [
    "good.example@a.example",
    "u:p@a.example",
    "@a.example",
    "a.example@",
    "good.example%40a.example",
  ],
  [
    "a.example\0",
    "a.example\0.good.example",
    "\0a.example",
    "a.example\r\nX: y",
    "a.example\n",
    "a.example\r",
  ],
  [
    "a.example\t",
    " a.example",
    "a.example ",
    "a. example",
    "a.example, b.example",
    "a.example;b",
    "a.example|b",
  ],
  [
    "a%2eexample",
    "%61.example",
    "a.example%00",
    "a.example%",
    "a%2fb.example",
    "a.example/",
    "a.example/b",
  ],
  [
    "a.example\\b",
    "\\a.example",
    "a.example?b",
    "a.example#b",
    "http://a.example",
    "//a.example",
    "*.example",
    "*",
  ],
  [
    "bücher.example",
    "ａ.example",
    "a。example",
    "a．example",
    "ⓐ.example",
    "a\u00ad.example",
    "a\u200b.example",
  ],
  [
    "\u212a.example",
    "ſ.example",
    "a.exampl\u0435",
    "ı.example",
    "a\u0301.example",
    "\ud800.example",
    "a\u007f.example",
  ],
  [
    "_a.example",
    "a_.example",
    "a!b.example",
    "a$.example",
    "a'b.example",
    'a".example',
    "a<b>.example",
    "a`.example",
  ],
  [
    `${long}a.example`,
    `${`${long}.`.repeat(4)}a`,
    "a.".repeat(127) + "example",
    "a".repeat(70_000),
  ],
].flat();

function toName(text: string): string {
  const begin = JSON.stringify(text.slice(0, 40));
  return text.length > 40 ? `${begin} and more, ${text.length} characters` : begin;
}

const places: Readonly<Record<string, (text: string) => ReturnType<typeof parseAuthority>>> = {
  "CONNECT target": (text) => parseAuthority(parseTarget("CONNECT", text).authorityText!, "https"),
  "Host header": (text) => parseAuthority(text, "http", 80),
  "absolute target": (text) =>
    parseAuthority(parseTarget("GET", `http://${text}/x`).authorityText!, "http", 80),
  "server name": (text) => ({
    scheme: "https",
    host: parseServerName(text),
    port: 443,
    kind: "name",
  }),
};

describe.each(Object.keys(places))(
  "no odd spelling of a host gets as far as the resolver in a %s",
  (place) => {
    // A slash, question mark or hash ends the authority of a URL; what stands before is judged alone
    const own = spellings.filter((text) => place !== "absolute target" || !/[/?]/.test(text));

    test.each(own.map((text) => [toName(text), text] as const))("%s", async (name, text) => {
      const looked: string[] = [];
      const { dial } = createDialer({
        roots: createUpstreamRoots({ extraCaPem: [] }),
        resolve: async (host) => {
          looked.push(host);
          return ["127.0.0.1"];
        },
      });
      const dialling = (async () => dial(places[place]!(text)))();
      const error: unknown = await dialling.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Refusal);
      expect(error).toMatchObject({ status: 400, reason: "request-invalid" });
      expect(looked).toEqual([]);
      const test = `host spellings: ${place}, ${name}`;
      recordScore({ row: 2, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
    });
  },
);

test("the URL parser, or a split at the colon with a suffix rule, takes many of them for a host to look up (control)", () => {
  expect(spellings.length).toBeGreaterThanOrEqual(60);
  const naive = spellings.filter((text) => {
    const host = text.replace(/:\d+$/, "");
    return URL.canParse(`http://${text}/`) || (isIP(host) === 0 && host.endsWith(".example"));
  });
  expect(naive.length).toBeGreaterThanOrEqual(40);
  recordScore({
    row: 2,
    test: "host spellings: control",
    attempts: 0,
    blocked: 0,
    controlSucceeded: naive.length,
  });
});
