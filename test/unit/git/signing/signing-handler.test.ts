import { describe, expect, test } from "vitest";
import { maxObjectBytes } from "../../../../src/git/signing/commit-object.ts";
import { parseAuthority } from "../../../../src/http/authority.ts";
import type { HandledRequest } from "../../../../src/http/handler.ts";
import { maxSignaturesPerHour } from "../../../../src/git/signing/signing-handler.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { VaultboxError } from "../../../../src/base/errors.ts";
import { recordScore } from "../../../support/scoreboard.ts";
import { createSigningBench, person, type SigningBench } from "../../../support/signing-bench.ts";

const known = "b".repeat(40);
const unknown = "c".repeat(40);
const history = {
  isEmpty: false,
  isTip: (id: string) => id === known,
  isUpstream: () => Promise.resolve(false),
};
const me = `${person.name} <${person.email}> 1700000000 +0100`;
const other = "Mallory <mallory@example.com> 1700000000 +0100";

interface CommitParts {
  readonly parents?: readonly string[];
  readonly author?: string;
  readonly committer?: string;
  readonly body?: string;
}

function commit(parts: CommitParts = {}): string {
  const parents = (parts.parents ?? [known]).map((id) => `parent ${id}\n`).join("");
  return `tree ${"a".repeat(40)}\n${parents}author ${parts.author ?? me}\ncommitter ${parts.committer ?? me}\n\n${parts.body ?? "subject\n"}`;
}

function tag(parts: { object?: string; type?: string; tagger?: string } = {}): string {
  const { object = known, type = "commit", tagger = me } = parts;
  return `object ${object}\ntype ${type}\ntag v1\ntagger ${tagger}\n\nrelease\n`;
}

async function refusalOf(asked: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw new Error("it was not refused", { cause: error });
}

const attacks: readonly (readonly [string, string, RegExp])[] = [
  ["a text", "I owe you a million\n\nsigned\n", /neither a commit nor a tag/],
  ["a login challenge", "SSHSIG\0\0\0\0", /NUL/],
  ["a push certificate", "certificate version 0.1\npusher x\n\n", /neither a commit nor a tag/],
  [
    "a commit with an unknown header",
    commit().replace("\n\n", "\nextra x\n\n"),
    /header that is not/,
  ],
  ["a commit that is signed already", commit().replace("\n\n", "\ngpgsig x\n\n"), /gpgsig/],
  ["a commit by another author", commit({ author: other }), /the author is "Mallory/],
  ["a commit by another committer", commit({ committer: other }), /the committer is "Mallory/],
  [
    "an author who only begins alike",
    commit({ author: me.replace("Ann", "Anna") }),
    /the author is/,
  ],
  ["an author in other letters", commit({ author: me.replace("ann@", "Ann@") }), /the author is/],
  [
    "an author with a further blank",
    commit({ author: me.replace("Ann ", "Ann  ") }),
    /the author is/,
  ],
  ["a second repository's commit", commit({ parents: [unknown] }), /was not in this session/],
  ["a merge with a second repository", commit({ parents: [known, unknown] }), /was not in this/],
  ["a second repository's first commit", commit({ parents: [] }), /without parent/],
  ["a tag of a foreign commit", tag({ object: unknown }), /the tagged commit c+ was not in this/],
  ["a tag of a foreign tag", tag({ object: unknown, type: "tag" }), /the tagged tag/],
  ["a tag of a tree", tag({ type: "tree" }), /only tags of commits/],
  ["a tag of a blob", tag({ type: "blob" }), /only tags of commits/],
  ["a tag by another tagger", tag({ tagger: other }), /the tagger is "Mallory/],
];

describe("what isn't this session's work in this person's name", () => {
  const bench = createSigningBench({ history });

  test.each(attacks)(
    "%s is not signed, and a signer without these checks signs it",
    async (what, body, why) => {
      const refusal = await refusalOf(bench.ask(body));
      expect(refusal.reason).toBe("signature-refused");
      expect(refusal.message).toMatch(why);
      expect(await bench.askNaively(body)).toMatch(/^-----BEGIN SSH SIGNATURE-----/);
      expect(bench.notes.filter((facts) => "signed" in facts)).toEqual([]);
      const test = `signing: foreign authors, foreign history, no objects of git: ${what}`;
      recordScore({ row: 43, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    },
  );
});

test("the session's own commits and tags are signed, and later ones may be built on them", async () => {
  const bench = createSigningBench({ history });
  await bench.ask(commit());
  const [first = {}] = bench.notes.filter((facts) => "signed" in facts);
  const id = typeof first["signed"] === "string" ? first["signed"] : "";
  await bench.ask(commit({ parents: [id] }));
  await bench.ask(tag({ object: id }));
  await bench.ask(tag());
  expect(bench.notes.filter((facts) => facts["repository"] === "acme/widgets")).toHaveLength(4);
});

test("a first commit is signed where there was none when the session began", async () => {
  const bench = createSigningBench({ history: { ...history, isEmpty: true } });
  expect(await bench.ask(commit({ parents: [] }))).toContain("BEGIN SSH SIGNATURE");
});

function at(host: string, scheme: "http" | "https" = "http", port = 80): Partial<HandledRequest> {
  return { authority: parseAuthority(host, scheme, port) };
}

describe("the host is the handler's alone", () => {
  const bench = createSigningBench({ history });
  const match = (change: Partial<HandledRequest>) => bench.handler.match(change as HandledRequest);

  test("with and without a dot at its end", () => {
    expect(match(at("signing.vaultbox.internal"))?.exclusive).toBe(true);
    expect(match(at("signing.vaultbox.internal.", "https", 443))?.exclusive).toBe(true);
    expect(match(at("api.example.com"))).toBeUndefined();
  });

  test.each<[what: string, change: Partial<HandledRequest>, reason: string]>([
    ["GET", { method: "GET" }, "method-not-allowed"],
    ["PUT", { method: "PUT" }, "method-not-allowed"],
    ["the root", { path: "/" }, "path-not-allowed"],
    ["a path behind the operation's", { path: "/sign/x" }, "path-not-allowed"],
    ["a query", { query: "?namespace=file" }, "path-not-allowed"],
    ["https", at("signing.vaultbox.internal", "https", 443), "scheme-not-allowed"],
    ["another port", at("signing.vaultbox.internal", "http", 8080), "scheme-not-allowed"],
  ])("and has one operation: %s is refused", async (_, change, reason) => {
    expect((await refusalOf(bench.ask(commit(), change))).reason).toBe(reason);
  });
});

test("an object that is too long is refused before it is looked at", async () => {
  const bench = createSigningBench({ history });
  const long = commit({ body: "x".repeat(maxObjectBytes) });
  expect((await refusalOf(bench.ask(long))).status).toBe(413);
  expect(await bench.askNaively(long)).toContain("BEGIN SSH SIGNATURE");
});

test("signatures within an hour are limited, and the limit lifts with time", async () => {
  let time = 0;
  const bench = createSigningBench({ history, now: () => time });
  for (let count = 0; count < maxSignaturesPerHour; count++) await bench.ask(commit());
  const refusal = await refusalOf(bench.ask(commit()));
  expect(refusal).toMatchObject({ status: 429, reason: "limit-exceeded" });
  time += 6_000;
  await bench.ask(commit());
  await refusalOf(bench.ask(commit()));
  // A clock that goes back gives nothing
  time -= 3_600_000;
  await refusalOf(bench.ask(commit()));
  time += 7_200_000;
  for (let count = 0; count < maxSignaturesPerHour; count++) await bench.ask(commit());
  await refusalOf(bench.ask(commit()));
});

test("a key that can't be used is said so without its name", async () => {
  const { signer } = createSigningBench();
  const failing = {
    ...signer,
    sign: () => Promise.reject(new VaultboxError("VBX_VAULT_LOCKED", "the vault is locked")),
  };
  const bench: SigningBench = createSigningBench({ history, signer: failing });
  const refusal = await refusalOf(bench.ask(commit()));
  expect(refusal).toMatchObject({ status: 502, reason: "credential-unavailable" });
  expect(refusal.message).toBe("the signing key cannot be used (VBX_VAULT_LOCKED)");
});

test("a client that shows no failure gets the reason as text, and the audit still has a refusal", async () => {
  const bench = createSigningBench({ history });
  const head = { headers: [["Vaultbox-Plain-Answer", "yes"]] } as unknown as HandledRequest["head"];
  expect(await bench.ask("x\n\ny", { head })).toMatch(/^vaultbox: this is not signed/);
});
