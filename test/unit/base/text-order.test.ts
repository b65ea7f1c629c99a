import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

const source = new URL("../../../src/", import.meta.url);

test.each(["C", "de_DE.UTF-8", "da_DK.UTF-8", "tr_TR.UTF-8"])(
  "a summary lists names that came up as often in the same order for a user of %s",
  (language) => {
    const program = `
      import { summarise } from "${new URL("../test/support/audit-fixture.ts", source).href}";
      const refused = (host, request) => ({
        type: "request.decision", seq: request, at: "", prev: "", request, host, port: 443, method: "GET", path: "/",
        scheme: "https", verdict: "deny", reason: "host-not-allowed", via: "proxy",
      });
      const hosts = ["aa.example", "b-c.example", "bc.example", "z.example", "Z.example", "_x.example"];
      const { hosts: counts, remedies } = summarise(hosts.map(refused));
      console.log(counts.map(({ name }) => name).join(" "));
      console.log(remedies.map(({ rule }) => rule.slice("GET https://".length, -1)).join(" "));`;
    const env = { PATH: process.env["PATH"], LC_ALL: language };
    const args = ["--input-type=module", "-e", program];
    expect(execFileSync(process.execPath, args, { env, encoding: "utf8" }).split("\n")).toEqual([
      "Z.example _x.example aa.example b-c.example bc.example z.example",
      "aa.example b-c.example bc.example z.example",
      "",
    ]);
  },
);

test("nothing in the sources goes by the language or the time zone of the machine", () => {
  const byMachine =
    /\.localeCompare\(|\.toLocale\w+\(|\bIntl\.|\.get(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|TimezoneOffset)\(|\.to(?:Date|Time)String\(/;
  const found = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => byMachine.test(readFileSync(new URL(file, source), "utf8")));
  expect(found).toEqual([]);
});
