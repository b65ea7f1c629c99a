import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import type { AuditEvent } from "../../../src/audit/audit-event.ts";
import { reportError } from "../../../src/cli/report-error.ts";
import { debug } from "../../../src/base/debug.ts";
import { VaultboxError } from "../../../src/base/errors.ts";
import { writeJson, writeLine } from "../../../src/base/print.ts";
import { toAsciiJson } from "../../../src/base/printable.ts";
import { encodedForms, Redactor, revealedSecrets, Secret } from "../../../src/base/redact.ts";
import { openVaults } from "../../../src/vault/open-vaults.ts";
import { createVault } from "../../../src/vault/vault-catalog.ts";
import { decisionOf, outcomeOf, sealLine } from "../../support/audit-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { makeEntry, makeTempVaults } from "../../support/temp-vaults.ts";

/** What an upstream may say of the request that it got. */
const echoes: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => `you sent ${secret}`,
  "in Basic": (secret) => `you sent Basic ${Buffer.from(`git:${secret}`).toString("base64")}`,
  "in Basic with a longer name": (secret) =>
    `you sent Basic ${Buffer.from(`oauth2:${secret}`).toString("base64")}`,
  "in a query": (secret) => `GET /?key=${encodeURIComponent(secret)}`,
  "in a segment of a path": (secret) => `GET /x${secret.replaceAll("/", "%2F")}`,
  "in JSON": (secret) => JSON.stringify({ authorization: secret }),
  "in hex": (secret) => Buffer.from(secret).toString("hex"),
};

/** The ways of vaultbox's own words to a terminal. */
const ways: Readonly<Record<string, (text: string) => void>> = {
  "a debug line": (text) => debug("proxy", text),
  "the stack of a failed request": (text) => debug("proxy", new Error(text).stack ?? ""),
  "a line": (text) => writeLine("stderr", text),
  "an error": (text) => void reportError(new VaultboxError("VBX_USAGE", text), { json: false }),
  "an error's hint": (text) =>
    void reportError(new VaultboxError("VBX_USAGE", "x", { hints: [text] }), { json: false }),
  "an error in JSON": (text) =>
    void reportError(new VaultboxError("VBX_USAGE", text, { hints: [text] }), { json: true }),
  "a value in JSON": (text) => writeJson("stderr", { a: [{ b: text }, 1, null] }),
  "a decision in the audit log": (text) => writeRecord({ ...decisionOf(1), path: text }),
  "an outcome in it": (text) => {
    const inside = { method: "GET", scheme: "https", path: text } as const;
    writeRecord({ ...outcomeOf(1), inside });
  },
  "a note in it": (text) =>
    writeRecord({ type: "session.note", note: "handoff", detail: { path: text } }),
  "a cause": (text) => {
    const cause = new Error("x", { cause: new Error(text) });
    void reportError(new VaultboxError("VBX_USAGE", "x", { cause }), { json: false });
  },
  "a bug": (text) => void reportError(new TypeError(text), { json: false }),
};

function writeRecord(event: AuditEvent): void {
  process.stderr.write(sealLine(event, { seq: 1, at: "", prev: "" }));
}

function print(write: () => void): string {
  const printed = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  write();
  const text = printed.mock.calls.map(([piece]) => String(piece)).join("");
  printed.mockRestore();
  return text;
}

test.each(Object.entries(ways))(
  "%s shows no secret that a vault gave out, however an upstream repeats it",
  async (name, write) => {
    vi.stubEnv("VAULTBOX_DEBUG", "1");
    onTestFinished(() => void vi.unstubAllEnvs());
    await using temp = await makeTempVaults();
    const { store } = await createVault(temp.context, "default", { store: "age" });
    // With a character that is written otherwise in a URL, and one in JSON
    const secret = `${randomBytes(15).toString("base64url")}/"${randomBytes(9).toString("hex")}`;
    await store.update(() => [makeEntry("api", secret)]);
    const [vault] = await openVaults([], temp.context);
    const texts = Object.values(echoes).map((say) => say(secret));
    // Whole lines: of base64 the ends depend on what is beside it
    const parts = [secret.slice(2, 18), ...texts.map((text) => text.slice(-24, -4))];
    const showing = () =>
      texts.filter((text) => parts.some((part) => print(() => write(text)).includes(part)));
    expect(showing()).toHaveLength(texts.length);
    await vault?.reveal("api");
    expect(showing()).toEqual([]);
    expect(print(() => write(texts[0] ?? ""))).toContain("you sent [secret api]");
    recordScore({
      row: 22,
      test: `${name}, after an upstream repeated the secret`,
      attempts: texts.length,
      blocked: texts.length,
      controlSucceeded: texts.length,
    });
  },
);

test.each([["short first"], ["long first"]])(
  "a secret that begins with another one is hidden whole: %s",
  (order) => {
    const short = new Secret("short", "abcdefgh");
    const long = new Secret("long", "abcdefghijklmnop");
    const redactor = new Redactor();
    for (const secret of order === "short first" ? [short, long] : [long, short]) {
      redactor.add(secret);
    }
    expect(redactor.redact(`${long.reveal()} ${short.reveal()}`)).toBe(
      "[secret long] [secret short]",
    );
  },
);

test("a value without its secrets is the same otherwise, and one that no vault gave is in it", () => {
  const redactor = new Redactor();
  const value = {
    at: new Date(0),
    list: ["a sesame b", 1, null, { sesame: true }],
    not: undefined,
  };
  expect(redactor.redactValue(value)).toBe(value);
  redactor.add(new Secret("handler", "sesame"));
  const secret = new Secret("other", "barley");
  const redacted = redactor.redactValue({ ...value, secret });
  expect(JSON.parse(JSON.stringify(redacted))).toEqual({
    at: "1970-01-01T00:00:00.000Z",
    list: ["a [secret handler] b", 1, null, { sesame: true }],
    secret: "[secret other]",
  });
});

test.each(["pass-word", 'with"quote', "with\\backslash", "naïve-é-ÿ-secret"])(
  "whether JSON may hold %j is seen in each of its forms",
  (value) => {
    const redactor = new Redactor();
    expect(redactor.mayBeInJson(toAsciiJson({ path: value }))).toBe(false);
    redactor.add(new Secret("one", value));
    for (const form of encodedForms(value)) {
      expect(redactor.mayBeInJson(toAsciiJson({ path: `a${form}b` }))).toBe(true);
    }
    expect(redactor.mayBeInJson(toAsciiJson({ path: value.slice(1) }))).toBe(false);
  },
);

test("of a text that is cut no part of a secret stays", () => {
  revealedSecrets.add(new Secret("cut", "sesame-open-0123456789"));
  const path = `/${"x".repeat(16 * 1024 - 10)}sesame-open-0123456789`;
  expect(print(() => writeRecord(decisionOf(1, { path })))).not.toContain("sesame");
});
