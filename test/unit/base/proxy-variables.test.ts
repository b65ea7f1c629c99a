import { expect, test } from "vitest";
import { hideProxyPasswords, readProxyVariables } from "../../../src/base/proxy-variables.ts";
import { Redactor } from "../../../src/base/redact.ts";

test("proxy variables are read in either case, and nothing else is", () => {
  const env = { HTTPS_PROXY: "http://p.test:1", no_proxy: "x.test", HTTP_PROXY: "", TOKEN: "t" };
  expect(readProxyVariables(env)).toEqual({ HTTPS_PROXY: "http://p.test:1", no_proxy: "x.test" });
});

test.each([
  ["http://ada:marker-pw@p.test:3128", "marker-pw"],
  ["ada:marker-pw@p.test:3128", "marker-pw"],
  ["http://ada:marker%2Dpw@p.test", "marker-pw"],
  ["http://ada:marker@pw/x@p.test", "marker@pw/x"],
  ["http://marker-token@p.test", "marker-token"],
  ["http://ada:100%marker@p.test", "100%marker"],
])("of a proxy %s no text shows the password", (value, password) => {
  const texts = [
    value,
    `proxy ${value}: refused`,
    password,
    encodeURIComponent(password),
    `Proxy-Authorization: Basic ${Buffer.from(`ada:${password}`).toString("base64")}`,
  ];
  const hides = new Redactor();
  hideProxyPasswords({ https_proxy: value }, hides);
  const marker = /marker|bWFya2Vy|1hcmtl|tYXJrZ/;
  for (const text of texts) expect(hides.redact(text)).not.toMatch(marker);
  // Without it each of them does
  const idle = new Redactor();
  for (const text of texts) expect(idle.redact(text)).toMatch(marker);
});
