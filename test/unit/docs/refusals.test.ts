import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ProxyReason } from "../../../src/http/refusal.ts";

const page = readFileSync(new URL("../../../docs/policy.md", import.meta.url), "utf8");

/** A reason that is missing here, or is none any more, fails to compile. */
const reasons: Readonly<Record<ProxyReason, true>> = {
  "address-not-allowed": true,
  "audit-unwritable": true,
  "authority-mismatch": true,
  "credential-unavailable": true,
  "denied-by-rule": true,
  "foreign-credential": true,
  "git-not-allowed": true,
  "host-not-allowed": true,
  "internal-error": true,
  "limit-exceeded": true,
  "method-not-allowed": true,
  "name-not-resolved": true,
  "path-not-allowed": true,
  "placeholder-at-wrong-host": true,
  "placeholder-at-wrong-place": true,
  "port-not-allowed": true,
  "request-invalid": true,
  "scheme-not-allowed": true,
  "signature-refused": true,
  "upstream-invalid": true,
  "upstream-timeout": true,
  "upstream-tls-failed": true,
  "upstream-unreachable": true,
  "websocket-not-allowed": true,
};

test("docs/policy.md has every reason for which the proxy itself answers, once", () => {
  const section = page.slice(page.indexOf("## Refusals"));
  const rows = section.split("\n").filter((line) => /^\| \d/.test(line));
  const named = rows.flatMap((row) => row.split(" | ")[1]?.match(/[a-z-]{5,}/g) ?? []);
  expect(named.toSorted()).toEqual(Object.keys(reasons));
});
