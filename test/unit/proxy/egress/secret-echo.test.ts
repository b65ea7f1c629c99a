import fc from "fast-check";
import { expect, test } from "vitest";
import { applyBasic } from "../../../../src/credential/schemes/basic.ts";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const secret = 'sk-live_51/Hq+7"x\\Zé&=0aB9-Kd2.Vw8~Tn4';
const basic = applyBasic("deploy-bot", secret);

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const percent = (text: string): string =>
  Array.from(Buffer.from(text, "utf8"), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(
    "",
  );
const hex = (text: string): string => Buffer.from(text, "utf8").toString("hex");
const each = (text: string, write: (code: number) => string): string =>
  Array.from(text, (one) => write(one.codePointAt(0) ?? 0)).join("");
const pad = (code: number, length: number, base = 16): string =>
  code.toString(base).padStart(length, "0");

/** Ways in which servers write what they were sent. */
const spellings: Readonly<Record<string, string>> = {
  raw: secret,
  "in UTF-8 bytes": Buffer.from(secret, "utf8").toString("latin1"),
  "in lower case": secret.toLowerCase(),
  "percent-encoded where needed": encodeURIComponent(secret),
  "percent-encoded twice": encodeURIComponent(encodeURIComponent(secret)),
  "percent-encoded everywhere": percent(secret),
  "percent-encoded everywhere, upper case": percent(secret).toUpperCase(),
  "as a form": new URLSearchParams({ t: secret }).toString(),
  "in JSON": JSON.stringify({ token: secret }),
  "in JSON in JSON": JSON.stringify(JSON.stringify({ token: secret })),
  "in JSON's escapes": each(secret, (code) => `\\u${pad(code, 4)}`),
  "in JavaScript's escapes": each(secret, (code) => `\\x${pad(code, 2)}`),
  "in octal, as in cookies": each(secret, (code) => `\\${pad(code, 3, 8)}`),
  "in HTML": secret.replaceAll("&", "&amp;").replaceAll('"', "&quot;"),
  "in HTML's numbers": each(secret, (code) => `&#${code};`),
  "in HTML's hex numbers": each(secret, (code) => `&#x${code.toString(16)};`),
  "as an encoded word": `=?utf-8?Q?${each(secret, (code) => `=${pad(code, 2).toUpperCase()}`)}?=`,
  "as a base64 word": `=?utf-8?B?${base64(secret)}?=`,
  "as an extended parameter": `attachment; filename*=UTF-8''${encodeURIComponent(secret)}`,
  "in base64": base64(secret),
  "in base64, one byte on": base64(`a${secret}`),
  "in base64, two bytes on": base64(`ab${secret} and more`),
  "in base64url": base64(JSON.stringify({ a: secret }))
    .replaceAll("+", "-")
    .replaceAll("/", "_"),
  "in base64 of JSON": base64(JSON.stringify({ headers: { authorization: `Bearer ${secret}` } })),
  "percent-encoded base64": encodeURIComponent(base64(secret)),
  "in base64 with line breaks": base64(`some text and ${secret}`).replaceAll(/(.{20})/g, "$1 "),
  "in hex": hex(secret),
  "in hex, upper case": hex(secret).toUpperCase(),
  "in hex with colons": hex(secret).replaceAll(/(..)(?=.)/g, "$1:"),
  "with spaces in it": secret.replaceAll(/(.{8})/g, "$1 "),
  "its end": `…${secret.slice(-16)}`,
  "as it was sent in Basic": basic,
  "Basic in base64": base64(basic),
  "Basic in base64 of JSON": base64(JSON.stringify({ authorization: basic })),
  "Basic, percent-encoded": encodeURIComponent(basic),
  "Basic in hex": hex(basic),
  "user and password": `deploy-bot:${secret}`,
};

function session(): SecretEchoes {
  const echoes = new SecretEchoes();
  echoes.add(secret, [
    ["Accept", "*/*"],
    ["Authorization", basic],
  ]);
  return echoes;
}

test.each(Object.entries(spellings))("a secret that is repeated %s is found", (name, text) => {
  const echoes = session();
  const places: readonly (readonly HeaderField[])[] = [
    [["X-Debug", text]],
    [["Location", `https://other.example/a?b=1&key=${text}#top`]],
    [["Set-Cookie", `last=${text}; Path=/; HttpOnly`]],
    [["Link", `<https://a.example/${text}>; rel="next"`]],
    [["WWW-Authenticate", `Bearer realm="a", error_description="bad token ${text}"`]],
    [[`X-${text}`, "1"]],
    [
      ["Content-Type", "text/plain"],
      ["X-Part", text.slice(0, text.length / 2)],
      ["X-Part", text.slice(text.length / 2)],
    ],
  ];
  const found = places.filter((headers) => echoes.isInHeaders(headers));
  const naive = places.filter((headers) => headers.some(([, value]) => value.includes(secret)));
  const escaped = places.length - naive.length;
  recordScore({
    row: 59,
    test: name,
    attempts: places.length,
    blocked: found.length,
    controlSucceeded: escaped,
  });
  expect(found).toHaveLength(places.length);
});

test("a short secret is found in any case, cut by blanks, quoted and encoded", () => {
  const short = ["hunter42", "p@ss-word!", "Tr0ub4", "a.b-c_d", "Zz&=0aB", "12-34-56"];
  const write: readonly ((secret: string) => string)[] = [
    (one) => one,
    (one) => one.toUpperCase(),
    (one) => one.toLowerCase(),
    (one) => `${one.slice(0, 3)} ${one.slice(3)}`,
    (one) => Array.from(one).join(" "),
    (one) => `"${one.slice(0, 2)}" "${one.slice(2)}"`,
    (one) => encodeURIComponent(one.toUpperCase()),
    (one) => JSON.stringify({ a: one.toUpperCase() }),
    (one) => hex(one),
    (one) => hex(one).toUpperCase(),
    (one) => percent(one.toUpperCase()),
    (one) => each(one.toUpperCase(), (code) => `&#${code};`),
  ];
  let naive = 0;
  const missed = short.flatMap((one) => {
    const echoes = new SecretEchoes();
    echoes.add(one, []);
    return write.flatMap((spell) => {
      const text = `bad token ${spell(one)}, sorry`;
      if (!text.includes(one)) naive++;
      return echoes.isInHeaders([["X-Echo", text]]) ? [] : text;
    });
  });
  const attempts = short.length * write.length;
  recordScore({
    row: 59,
    test: "short secrets",
    attempts,
    blocked: attempts - missed.length,
    controlSucceeded: naive,
  });
  expect(missed).toEqual([]);
  const echoes = new SecretEchoes();
  echoes.add("p@ss-word!", []);
  expect(echoes.isInHeaders([["X-Hint", "pass-word or password!"]])).toBe(false);
});

test("ordinary headers hold no secret", () => {
  const echoes = session();
  echoes.add("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0", []);
  const headers: readonly HeaderField[] = [
    ["Content-Type", "application/json; charset=utf-8"],
    [
      "Set-Cookie",
      "s=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIyIn0.YW5vdGhlciBvbmU; Secure",
    ],
    ["ETag", 'W/"9f2b1f4c5a0e4d3c8b7a6f5e4d3c2b1a"'],
    ["WWW-Authenticate", 'Basic realm="deploy-bot"'],
    ["Link", '<https://api.example.com/items?page=2>; rel="next"'],
    ["X-Token-Type", "sk-live_"],
  ];
  expect(echoes.isInHeaders(headers)).toBe(false);
  expect(new SecretEchoes().isInHeaders([["X-Debug", secret]])).toBe(false);
});

test("no text of any kind is taken for a secret that isn't in it, and none makes the search fail", () => {
  const echoes = new SecretEchoes();
  echoes.add("Zq8Xv2Lw9Kp4Rt7Ym3Bn6", []);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      expect(echoes.isIn(text)).toBe(false);
    }),
  );
});

test("a short password is known as it was sent, and in its encodings as far as they say it", () => {
  const echoes = new SecretEchoes();
  const pair = applyBasic("user", "pw9!");
  echoes.add("pw9!", [["Authorization", pair]]);
  expect(echoes.isIn(`x=${pair}`)).toBe(true);
  expect(echoes.isIn("x=pw")).toBe(false);
});

test("a session that uses many secrets still knows those that it goes on using", () => {
  const echoes = new SecretEchoes();
  for (let count = 0; count < 1000; count += 1) {
    echoes.add(secret, []);
    echoes.add(`minted-token-number-${count}-of-many`, []);
  }
  expect(echoes.isIn(secret)).toBe(true);
  expect(echoes.isIn("minted-token-number-999-of-many")).toBe(true);
  expect(echoes.isIn("minted-token-number-1-of-many")).toBe(false);
});
