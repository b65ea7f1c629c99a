import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../../src/policy/decide.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import type { Rule, RuleSource } from "../../../src/policy/policy.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import { parseTarget } from "../../../src/http/target.ts";
import { recordScore } from "../../support/scoreboard.ts";

const source: RuleSource = { kind: "flag", label: "--allow" };
const cases = 10_000;
const seed = Number(process.env["VAULTBOX_TEST_SEED"] ?? 20_261_121);

const piece = fc.constantFrom(
  "repos",
  "acme",
  "widgets",
  "other",
  "admin",
  "x.tgz",
  "ACME",
  "%61cme",
  "Admin",
  "%41dmin",
  "..",
  ".",
  "%2e%2e",
  "%2E.",
  ".%2e",
  "%252e%252e",
  "%25%32%65",
  "..;x=1",
  ";x",
  "admin;a=b",
  "%2561dmin",
  "%2e%2e%2fother",
  "..%2f..%2fother",
  "@s%2fp",
  "a%2Fb",
  "a%5cb",
  "a\\b",
  "%00",
  "",
  "%c0%ae%c0%ae",
  "%2e%2e;",
  "..%00",
  "..%20",
  "%ff",
  "%e9",
  "ad%e9min",
  "caf%e9",
  "x%2Facme",
  "admin%2fx",
  "%2fadmin",
  "a".repeat(300),
);
const head = fc.constantFrom("/repos/acme", "/repos/acme/widgets", "/admin", "/repos", "/x", "");
const rawPath = fc
  .tuple(head, fc.array(piece, { maxLength: 6 }))
  .map(([start, pieces]) => [start, ...pieces].join("/") || "/");

/** Through the proxy's own reading of a target, then the decision. */
function isAllowed(rules: readonly Rule[], raw: string): boolean {
  try {
    const { path, readings } = parseTarget("GET", raw);
    const place = { scheme: "https", host: "example.com", port: 443, method: "GET" } as const;
    const request = { ...place, path, readings, websocket: false };
    return decide({ rules, limits: {} }, request).verdict === "allow";
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Every path that some server could make of this one, as lists of segments. */
function toReadings(raw: string): readonly (readonly string[])[] {
  const unescape = (text: string) =>
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const normal = raw.replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
  const decoded = [normal, unescape(normal), unescape(unescape(normal))];
  const readings = decoded.flatMap((text) => {
    const slashed = [text, text.replaceAll("\\", "/")];
    const bytes = slashed.flatMap((one) => [one, one.replaceAll(/[\x80-\xff]/g, "")]);
    return bytes.flatMap((one) => [one, one.replaceAll(/;[^/]*/g, ""), one.replace(/\0.*/s, "")]);
  });
  return readings.map((text) => {
    const resolved: string[] = [];
    for (const segment of text.split("/")) {
      if (segment.trim() === "..") resolved.pop();
      else if (segment !== "" && segment !== ".") resolved.push(segment);
    }
    return resolved;
  });
}

function isBelow(folder: readonly string[], segments: readonly string[]): boolean {
  return folder.every((name, index) => segments[index]?.toLowerCase() === name);
}

test(
  "no spelling of a path leaves the folder that was granted, in 10 000 paths",
  { timeout: 60_000 },
  () => {
    const rules = [parseRule("GET https://example.com/repos/acme/**", { source })];
    const score = { attempts: 0, blocked: 0, controlSucceeded: 0 };
    const escaped: string[] = [];
    let granted = 0;
    for (const raw of fc.sample(rawPath, { numRuns: cases, seed })) {
      const stays = toReadings(raw).every((segments) => isBelow(["repos", "acme"], segments));
      const allowed = isAllowed(rules, raw);
      if (allowed && stays) granted++;
      if (stays) continue;
      score.attempts++;
      if (raw.startsWith("/repos/acme/")) score.controlSucceeded++;
      if (allowed) escaped.push(raw);
      else score.blocked++;
    }
    recordScore({ row: 8, test: "path grants", ...score });
    expect(escaped).toEqual([]);
    expect(granted).toBeGreaterThan(50);
    expect(score.controlSucceeded).toBeGreaterThan(100);
  },
);

test(
  "no spelling of a path reaches the folder that was prohibited, in 10 000 paths",
  { timeout: 60_000 },
  () => {
    const rules = [
      parseRule("* https://example.com", { source }),
      parseRule("https://example.com/admin/**", { source, effect: "deny" }),
    ];
    const score = { attempts: 0, blocked: 0, controlSucceeded: 0 };
    const reached: string[] = [];
    let granted = 0;
    for (const raw of fc.sample(rawPath, { numRuns: cases, seed: seed + 1 })) {
      const reaches = toReadings(raw).some((segments) => isBelow(["admin"], segments));
      const allowed = isAllowed(rules, raw);
      if (!reaches) {
        if (allowed) granted++;
        continue;
      }
      score.attempts++;
      if (!/^\/admin(?:\/|$)/.test(raw)) score.controlSucceeded++;
      if (allowed) reached.push(raw);
      else score.blocked++;
    }
    recordScore({ row: 8, test: "path prohibitions", ...score });
    expect(reached).toEqual([]);
    expect(granted).toBeGreaterThan(500);
    expect(score.controlSucceeded).toBeGreaterThan(50);
  },
);
