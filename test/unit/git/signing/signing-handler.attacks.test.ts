import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { recordScore } from "../../../support/scoreboard.ts";
import { createSigningBench, person } from "../../../support/signing-bench.ts";

const sha1 = (character: string): string => character.repeat(40);
const sha256 = (character: string): string => character.repeat(64);
const known = sha1("b");
const me = `${person.name} <${person.email}> 1700000000 +0100`;
const tree = `tree ${sha1("a")}\n`;
const parent = `parent ${known}\n`;
const author = `author ${me}\n`;
const committer = `committer ${me}\n`;
const tail = `${author}${committer}\nm\n`;
const tagOf = (more: string, body = "m\n"): string => `object ${known}\n${more}\n${body}`;
const tagger = `tagger ${me}\n`;
const sshMark = "-----BEGIN SSH SIGNATURE-----";
const history = {
  isEmpty: false,
  isTip: (id: string) => id === known,
  isUpstream: () => Promise.resolve(false),
};

/** Each begins as something that is signed; each could be read as something else by someone. */
const forged: readonly (readonly [string, string])[] = [
  ["a second tree", `${tree}${tree}${parent}${tail}`],
  ["a parent first", `${parent}${tree}${tail}`],
  [
    "a foreign parent behind the author",
    `${tree}${parent}${author}parent ${sha1("c")}\n${committer}\nm\n`,
  ],
  [
    "a foreign parent behind the committer",
    `${tree}${parent}${author}${committer}parent ${sha1("c")}\n\nm\n`,
  ],
  ["a parent in capitals", `${tree}${parent.toUpperCase().replace("PARENT", "parent")}${tail}`],
  ["a parent with a blank behind", `${tree}parent ${known} \n${tail}`],
  ["a parent with two blanks before", `${tree}parent  ${known}\n${tail}`],
  ["a parent with a tab", `${tree}parent\t${known}\n${tail}`],
  ["a parent that goes on in the next line", `${tree}parent ${known}\n ${sha1("c")}\n${tail}`],
  ["a parent with a carriage return", `${tree}parent ${known}\r\n${tail}`],
  ["a short parent", `${tree}parent ${known.slice(1)}\n${tail}`],
  ["a long parent", `${tree}parent ${known}b\n${tail}`],
  ["a parent of the other hash", `${tree}parent ${sha256("b")}\n${tail}`],
  ["a tree of the other hash", `tree ${sha256("a")}\n${parent}${tail}`],
  ["too many parents", `${tree}${parent.repeat(65)}${tail}`],
  ["two authors", `${tree}${parent}${author}${author}${committer}\nm\n`],
  ["an author that goes on", `${tree}${parent}author ${me}\n <eve@example.com>\n${committer}\nm\n`],
  ["two committers", `${tree}${parent}${author}${committer}${committer}\nm\n`],
  ["the committer first", `${tree}${parent}${committer}${author}\nm\n`],
  ["no committer", `${tree}${parent}${author}\nm\n`],
  [
    "an author without time",
    `${tree}${parent}author ${person.name} <${person.email}>\n${committer}\nm\n`,
  ],
  [
    "two addresses",
    `${tree}${parent}author ${person.name} <${person.email}> <eve@x> 1 +0000\n${committer}\nm\n`,
  ],
  ["another name before", `${tree}${parent}author Eve, ${me}\n${committer}\nm\n`],
  ["a name with a carriage return", `${tree}${parent}author Eve\r${me}\n${committer}\nm\n`],
  [
    "a time before 1970",
    `${tree}${parent}author ${me.replace("1700000000", "-1")}\n${committer}\nm\n`,
  ],
  ["a time in octal", `${tree}${parent}author ${me.replace("17", "017")}\n${committer}\nm\n`],
  ["a zone that goes on", `${tree}${parent}author ${me}00\n${committer}\nm\n`],
  [
    "a signature before its own",
    `${tree}${parent}${author}${committer}gpgsig ${sshMark}\n x\n\nm\n`,
  ],
  ["a signature of the other hash", `${tree}${parent}${author}${committer}gpgsig-sha256 x\n\nm\n`],
  ["a signature header in capitals", `${tree}${parent}${author}${committer}GPGSIG x\n\nm\n`],
  ["an encoding twice", `${tree}${parent}${author}${committer}encoding a\nencoding b\n\nm\n`],
  ["an encoding too early", `${tree}${parent}encoding UTF-7\n${tail}`],
  ["an encoding that goes on", `${tree}${parent}${author}${committer}encoding a\n b\n\nm\n`],
  ["a merged tag without a merge", `${tree}${author}${committer}mergetag object x\n\nm\n`],
  [
    "more merged tags than parents",
    `${tree}${parent}${author}${committer}${"mergetag object x\n".repeat(2)}\nm\n`,
  ],
  ["a header of mercurial's", `${tree}${parent}${author}${committer}HG:extra x\n\nm\n`],
  [
    "a header without a name",
    `${tree}${parent}${author}${committer}\n x\n`.replace("\n\n x", "\n x\n\nm"),
  ],
  ["no message", `${tree}${parent}${author}${committer}`],
  ["a first line that is empty", `\n${tree}${parent}${tail}`],
  ["a byte order mark", `\ufeff${tree}${parent}${tail}`],
  ["a NUL in the message", `${tree}${parent}${tail}\0x`],
  ["an object's own head", `commit 200\0${tree}${parent}${tail}`],
  ["a tag without a tagger", tagOf("type commit\ntag v1\n")],
  ["a tag of two objects", `object ${sha1("c")}\n${tagOf(`type commit\ntag v1\n${tagger}`)}`],
  ["a tag of two types", tagOf(`type commit\ntype tree\ntag v1\n${tagger}`)],
  ["a tag whose type goes on", tagOf(`type commit\n tree\ntag v1\n${tagger}`)],
  ["a tag of a type in capitals", tagOf(`type Commit\ntag v1\n${tagger}`)],
  ["a tag with a name of two lines", tagOf(`type commit\ntag v1\n v2\n${tagger}`)],
  ["a tag with a climbing name", tagOf(`type commit\ntag ../heads/main\n${tagger}`)],
  ["a tag with a blank in its name", tagOf(`type commit\ntag v1 v2\n${tagger}`)],
  ["a tag with a carriage return in its name", tagOf(`type commit\ntag v1\r\n${tagger}`)],
  ["a tag with a further header", tagOf(`type commit\ntag v1\n${tagger}encoding x\n`)],
  [
    "a tag with a signature at its end",
    tagOf(`type commit\ntag v1\n${tagger}`, `m\n${sshMark}\nx\n`),
  ],
  [
    "a tag that is nothing but a signature",
    tagOf(`type commit\ntag v1\n${tagger}`, `${sshMark}\nx\n`),
  ],
  [
    "a tag with a PGP message",
    tagOf(`type commit\ntag v1\n${tagger}`, "m\n-----BEGIN PGP MESSAGE-----\n"),
  ],
  [
    "a certificate of a push",
    `certificate version 0.1\npusher ${me}\npushee x\nnonce 1\n\n0 1 refs/heads/main\n`,
  ],
];

describe("objects with a header or an end that can be read in two ways", () => {
  const bench = createSigningBench({ history });

  test.each(forged)(
    "%s isn't signed, and a signer without the handler signs it",
    async (what, body) => {
      const answer = await bench.ask(body).catch(() => "");
      expect(answer).not.toContain(sshMark);
      expect(bench.notes.filter((facts) => "signed" in facts)).toEqual([]);
      expect(await bench.askNaively(body)).toMatch(new RegExp(`^${sshMark}`));
      const test = `signing: objects that can be read in two ways: ${what}`;
      recordScore({ row: 43, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    },
  );

  test("what they're made of is signed", async () => {
    expect(await bench.ask(`${tree}${parent}${tail}`)).toContain(sshMark);
    expect(await bench.ask(tagOf(`type commit\ntag v1\n${tagger}`))).toContain(sshMark);
  });
});

describe("a list of commits makes no foreign commit the repository's", () => {
  const foreign = sha1("c");
  const text = (parents: string): string => `${tree}${parents}${tail}`;
  const idOf = (content: string, kind = "commit", algorithm = "sha1"): string =>
    createHash(algorithm)
      .update(`${kind} ${Buffer.byteLength(content)}\0${content}`)
      .digest("hex");
  const entry = (id: string, content: string, kind = "commit"): string =>
    `${id} ${kind} ${Buffer.byteLength(content)}\n${content}\n`;
  const ours = text(parent);
  const claim = text(`parent ${foreign}\n`);
  const tips = new Set([known, idOf(ours), idOf(claim, "blob")]);
  const bench = createSigningBench({ history: { ...history, isTip: (id) => tips.has(id) } });

  test.each([
    ["a known id with other content", entry(known, claim)],
    ["our commit's id with other content", entry(idOf(ours), claim)],
    ["its own id, that no ref has", entry(idOf(claim), claim)],
    ["the id of a blob of its content", entry(idOf(claim, "blob"), claim)],
    ["its id of the other hash", entry(idOf(claim, "commit", "sha256"), claim)],
    ["a known id as a blob", entry(known, claim, "blob")],
    ["our commit with a parent behind it", entry(idOf(ours), `${ours}parent ${foreign}\n`)],
    [
      "our commit with another parent",
      `${idOf(ours)} commit ${ours.length}\n${ours.replace(known, foreign)}\n`,
    ],
    ["a length that is too long", `${idOf(ours)} commit 999999\n${ours}`],
    ["a length below nothing", `${idOf(ours)} commit -1\n${ours}`],
    ["our commit and then a forged one", `${entry(idOf(ours), ours)}${entry(known, claim)}`],
    [
      "our commit with a parent before its own",
      entry(idOf(ours), ours.replace(/\nparent/, `\n\nparent ${foreign}\nparent`)),
    ],
  ])("with %s", async (what, list) => {
    await bench.ask(list, { path: "/history" }).catch(() => "");
    await expect(bench.ask(claim)).rejects.toThrow(/was not in this session/);
    const test = `signing: forged histories: ${what}`;
    recordScore({ row: 43, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("unless its own bytes prove it (control)", async () => {
    // A commit that was signed isn't one that was there: what it says of its parents is the sandbox's
    await bench.ask(ours);
    tips.add(idOf(claim));
    await bench.ask(entry(idOf(claim), claim), { path: "/history" });
    expect(await bench.ask(claim)).toContain(sshMark);
    const test = "signing: forged histories: control";
    recordScore({ row: 43, test, attempts: 0, blocked: 0, controlSucceeded: 1 });
  });
});
