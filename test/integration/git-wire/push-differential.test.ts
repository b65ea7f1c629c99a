// Whatever push is accepted here, the real receive-pack must read the same commands in it.
import { createHash } from "node:crypto";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GitProtocolError } from "../../../src/git/wire/git-protocol-error.ts";
import { flushPkt, toPkt } from "../../../src/git/wire/pkt-line.ts";
import { type Push, readPushRequest } from "../../../src/git/wire/push-request.ts";
import { drain, toNext } from "../../support/git-pieces.ts";
import { type GitPlace, makeGitPlace } from "../../support/git-place.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

/** A pack of no objects. */
const emptyPack = (() => {
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  return Buffer.concat([head, createHash("sha1").update(head).digest()]);
})();
const zero = "0".repeat(40);

interface Server {
  /** Ids of two commits that the repository has; `main` and `x` are at the first */
  readonly ids: readonly [string, string];
  /** `OLD NEW REF` as receive-pack's pre-receive hook gets them, which refuses all */
  readonly observe: (body: Buffer) => Promise<readonly string[]>;
}

async function makeServer(place: GitPlace): Promise<Server> {
  await place.git(["init", "-q", "-b", "main", "work"]);
  const ids: string[] = [];
  for (const name of ["one", "two"]) {
    await place.git(["commit", "-q", "--allow-empty", "-m", name], { cwd: "work" });
    ids.push((await place.git(["rev-parse", "HEAD"], { cwd: "work" })).stdout.trim());
    if (name === "one") await place.git(["branch", "x"], { cwd: "work" });
  }
  await place.git(["branch", "keep"], { cwd: "work" });
  await place.git(["clone", "-q", "--bare", "work", "repo.git"]);
  await place.git(["update-ref", "refs/heads/main", ids[0]!], { cwd: "repo.git" });
  for (const setting of ["advertisePushOptions", "advertiseAtomic", "shallowUpdate"]) {
    await place.git(["config", `receive.${setting}`, "true"], { cwd: "repo.git" });
  }
  await place.git(["config", "receive.certNonceSeed", "seed"], { cwd: "repo.git" });
  const seen = join(place.folder, "seen");
  const hook = join(place.folder, "repo.git", "hooks", "pre-receive");
  await writeFile(hook, `#!/bin/sh\ncat > '${seen}'\nexit 1\n`);
  await chmod(hook, 0o755);
  return {
    ids: [ids[0]!, ids[1]!],
    observe: async (input) => {
      await rm(seen, { force: true });
      await place.git(["receive-pack", "--stateless-rpc", "repo.git"], { input });
      const text = await readFile(seen, "utf8").catch(() => "");
      return text.split("\n").filter((line) => line !== "");
    },
  };
}

async function readCommands(body: Buffer): Promise<readonly string[] | undefined> {
  try {
    const push: Push | { kind: "probe" } = await readPushRequest(toNext(body));
    if (push.kind === "probe") return [];
    await drain(push.rest);
    return push.commands.map(({ from, to, ref }) => `${from} ${to} ${ref}`);
  } catch (error) {
    if (error instanceof GitProtocolError) return undefined;
    throw error;
  }
}

/** What a reader finds that takes every packet up to the first flush for a command when it looks like one. */
function readNaively(body: Buffer): readonly string[] {
  const text = body.toString("latin1");
  const commands: string[] = [];
  for (let at = 0; ;) {
    const length = Number.parseInt(text.slice(at, at + 4), 16);
    if (!(length > 4)) return commands;
    const line = text.slice(at + 4, at + length).replace(/[\0\n].*$/s, "");
    const found = /^[0-9a-f]{40} [0-9a-f]{40} (refs\/.*)$/.exec(line);
    if (found) commands.push(line);
    at += length;
  }
}

const capabilities = "report-status side-band-64k";

const hidings = [
  "ids in upper case",
  "two commands in one packet of a certificate",
  "commands split over packets of a certificate",
] as const;

/** Requests that look like a change of `x` alone, with a change of main that a careless reader misses. */
function hideMain([one, two]: Server["ids"]): Record<(typeof hidings)[number], readonly Buffer[]> {
  const x = `${one} ${two} refs/heads/x`;
  const main = `${one} ${two} refs/heads/main`;
  const upper = `${one.toUpperCase()} ${two.toUpperCase()} refs/heads/main`;
  const header = ["certificate version 0.1\n", "pusher a\n", "nonce b\n"].map((line) =>
    toPkt(line),
  );
  const start = [toPkt(`push-cert\0${capabilities}`), ...header, toPkt("\n"), toPkt(`${x}\n`)];
  const signed = ["-----BEGIN SSH SIGNATURE-----\n", "x\n"].map((line) => toPkt(line));
  const first = toPkt(`${x}\0${capabilities}`);
  return {
    "ids in upper case": [first, toPkt(upper), flushPkt],
    "two commands in one packet of a certificate": [
      ...start.slice(0, -1),
      toPkt(`${x}\n${main}\n`),
      ...signed,
      toPkt("push-cert-end\n"),
      flushPkt,
    ],
    "commands split over packets of a certificate": [
      ...start,
      toPkt(`${one} ${two} `),
      toPkt("refs/heads/main\n"),
      ...signed,
      toPkt("push-cert-end\n"),
      flushPkt,
    ],
  };
}

describe("a push that hides a ref from a careless reader is refused, and the real git would do it", () => {
  const server = openShared(async (stack) => makeServer(stack.use(await makeGitPlace())));

  test.each(hidings)("%s", async (name) => {
    const body = Buffer.concat([...hideMain(server().ids)[name], emptyPack]);
    expect(await readCommands(body)).toBeUndefined();
    const isMain = (line: string): boolean => line.endsWith(" refs/heads/main");
    expect((await server().observe(body)).filter(isMain)).not.toEqual([]);
    expect(readNaively(body).filter(isMain)).toEqual([]);
    recordScore({
      row: 23,
      test: `pushes that hide a ref from a careless reader: ${name}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: 1,
    });
  });
});

/** Packets of a push, and mutations of them, at the level of packets and of bytes. */
function anyBody([one, two]: Server["ids"]): fc.Arbitrary<Buffer> {
  const ids = fc.constantFrom(one, two, zero, one.toUpperCase(), one.slice(1));
  const refs = fc.constantFrom("main", "x", "new", "../x", "-x", "a b", "main\n", "main\0atomic");
  const prefix = fc.constantFrom("refs/heads/", "refs/heads/", "refs/tags/", "refs/", "");
  const command = fc
    .tuple(ids, ids, prefix, refs)
    .map(([from, to, start, ref]) => `${from} ${to} ${start}${ref}`);
  const good = fc
    .constantFrom("x", "new", "main")
    .map((ref) =>
      ref === "new" ? `${zero} ${two} refs/heads/new` : `${one} ${two} refs/heads/${ref}`,
    );
  const lists = ["", " atomic", " push-options", "\tatomic", " object-format=sha1", "\n", "\0x"];
  const first = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: good }, command), fc.constantFrom(...lists))
    .map(([line, list]) => toPkt(`${line}\0${capabilities}${list}`));
  const other = fc.oneof(
    { weight: 6, arbitrary: good.map((line) => toPkt(line)) },
    { weight: 2, arbitrary: command.map((line) => toPkt(line)) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(`shallow ${one}`, "", "\n", "push-cert", "push-cert-end\n", "an option")
        .map((line) => toPkt(line)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("0000", "0001", "0002", "0004").map((text) => Buffer.from(text)),
    },
  );
  const flip = fc.option(fc.tuple(fc.nat(300), fc.nat(255)), { freq: 1 });
  return fc.tuple(first, fc.array(other, { maxLength: 3 }), flip).map(([head, rest, change]) => {
    const body = Buffer.concat([head, ...rest, flushPkt]);
    if (change !== null && change[0] < body.length) body[change[0]] = change[1];
    return Buffer.concat([body, emptyPack]);
  });
}

test("of mutated pushes, those that are accepted are read as the real git reads them", async () => {
  await using place = await makeGitPlace();
  const server = await makeServer(place);
  const seen = { same: 0, refusedByGit: 0, refusedHere: 0 };
  await fc.assert(
    fc.asyncProperty(anyBody(server.ids), async (body) => {
      const commands = await readCommands(body);
      if (commands === undefined) {
        seen.refusedHere += 1;
        return;
      }
      const observed = await server.observe(body);
      // git may refuse one ref before its hook, or the whole push; it may never see another one
      for (const line of observed) expect(commands).toContain(line);
      if (observed.length === commands.length) seen.same += 1;
      else seen.refusedByGit += 1;
    }),
    { numRuns: 800, seed: 23 },
  );
  // The comparison means something only when both were seen often
  expect(seen.same).toBeGreaterThan(100);
  expect(seen.refusedHere).toBeGreaterThan(50);
}, 60_000);
