import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  maxObjectBytes,
  maxParents,
  parseSignableObject,
  UnsignableObjectError,
} from "../../../../src/git/signing/commit-object.ts";

const tree = "a".repeat(40);
const parent = "b".repeat(40);
const person = "Ann Example <ann@example.com> 1700000000 +0100";

function commit(changes: { headers?: readonly string[]; body?: string } = {}): Buffer {
  const headers = changes.headers ?? [
    `tree ${tree}`,
    `parent ${parent}`,
    `author ${person}`,
    `committer ${person}`,
  ];
  return Buffer.from(`${headers.join("\n")}\n\n${changes.body ?? "subject\n"}`, "latin1");
}

function tag(changes: { headers?: readonly string[]; body?: string } = {}): Buffer {
  const headers = changes.headers ?? [
    `object ${parent}`,
    "type commit",
    "tag v1.0",
    `tagger ${person}`,
  ];
  return Buffer.from(`${headers.join("\n")}\n\n${changes.body ?? "release\n"}`, "latin1");
}

const [treeLine, parentLine, authorLine, committerLine] = [
  `tree ${tree}`,
  `parent ${parent}`,
  `author ${person}`,
  `committer ${person}`,
];

describe("a commit", () => {
  test("is read with its tree, parents and both people", () => {
    expect(parseSignableObject(commit())).toEqual({
      type: "commit",
      tree,
      parents: [parent],
      author: { text: "Ann Example <ann@example.com>", epoch: 1_700_000_000 },
      committer: { text: "Ann Example <ann@example.com>", epoch: 1_700_000_000 },
    });
  });

  test("may have no parent, an encoding, an empty message, and lines of any bytes in its message", () => {
    const root = commit({
      headers: [treeLine, authorLine, committerLine, "encoding ISO-8859-1"],
      body: "\r\n\xff\ntree x\n\n",
    });
    expect(parseSignableObject(root)).toMatchObject({ type: "commit", parents: [] });
    expect(parseSignableObject(commit({ body: "" }))).toMatchObject({ type: "commit" });
  });

  test("may carry the signed tag that it merges", () => {
    const mergetag = `mergetag object ${parent}\n type commit\n tag v1\n tagger ${person}\n \n release\n -----BEGIN SSH SIGNATURE-----`;
    const merge = commit({
      headers: [treeLine, parentLine, parentLine, authorLine, committerLine, mergetag],
    });
    expect(parseSignableObject(merge)).toMatchObject({ parents: [parent, parent] });
  });

  test("may be of a SHA-256 repository", () => {
    const long = "c".repeat(64);
    const headers = [`tree ${long}`, `parent ${long}`, authorLine, committerLine];
    expect(parseSignableObject(commit({ headers }))).toMatchObject({ tree: long, parents: [long] });
  });
});

describe("a tag", () => {
  test("is read with what it points to, its name and its tagger", () => {
    expect(parseSignableObject(tag())).toEqual({
      type: "tag",
      object: parent,
      objectType: "commit",
      name: "v1.0",
      tagger: { text: "Ann Example <ann@example.com>", epoch: 1_700_000_000 },
    });
  });
});

const refused: readonly (readonly [string, Buffer])[] = [
  ["nothing", Buffer.alloc(0)],
  ["a plain text", Buffer.from("hello\n\nworld\n")],
  ["a push certificate", Buffer.from("certificate version 0.1\npusher x\n\nrefs\n")],
  ["a blob that begins like one", Buffer.from(`tree ${tree}\n`)],
  ["a commit without a blank line", Buffer.from(commit().toString().replace("\n\n", "\n"))],
  ["a NUL in the message", commit({ body: "a\0b" })],
  ["a NUL in a header", commit({ headers: [treeLine, authorLine, `${committerLine}\0`] })],
  ["line ends with CR", commit({ headers: [treeLine, `${authorLine}\r`, committerLine] })],
  [
    "a tree id in upper case",
    commit({ headers: [treeLine.toUpperCase(), authorLine, committerLine] }),
  ],
  ["a short tree id", commit({ headers: ["tree abc", authorLine, committerLine] })],
  [
    "ids of two kinds",
    commit({ headers: [`tree ${"a".repeat(64)}`, parentLine, authorLine, committerLine] }),
  ],
  ["no author", commit({ headers: [treeLine, committerLine] })],
  ["no committer", commit({ headers: [treeLine, authorLine] })],
  ["two authors", commit({ headers: [treeLine, authorLine, authorLine, committerLine] })],
  ["two committers", commit({ headers: [treeLine, authorLine, committerLine, committerLine] })],
  ["two trees", commit({ headers: [treeLine, treeLine, authorLine, committerLine] })],
  [
    "a parent after the author",
    commit({ headers: [treeLine, authorLine, parentLine, committerLine] }),
  ],
  ["committer before author", commit({ headers: [treeLine, committerLine, authorLine] })],
  [
    "a signature that is there already",
    commit({ headers: [treeLine, authorLine, committerLine, "gpgsig x\n y"] }),
  ],
  ["an unknown header", commit({ headers: [treeLine, authorLine, committerLine, "extra x"] })],
  ["a header without a blank", commit({ headers: [treeLine, authorLine, committerLine, "extra"] })],
  ["a first line that continues nothing", Buffer.from(` ${commit().toString()}`)],
  [
    "an author on two lines",
    commit({ headers: [treeLine, `author Ann\n ${person}`, committerLine] }),
  ],
  [
    "an author without address",
    commit({ headers: [treeLine, "author Ann 1 +0000", committerLine] }),
  ],
  ["an author without time", commit({ headers: [treeLine, "author Ann <a@b>", committerLine] })],
  [
    "an author with a second address",
    commit({ headers: [treeLine, "author A <a> <b> 1 +0000", committerLine] }),
  ],
  [
    "an author with a time of words",
    commit({ headers: [treeLine, "author A <a> now +0000", committerLine] }),
  ],
  [
    "an author with a long time",
    commit({ headers: [treeLine, `author A <a> ${"9".repeat(13)} +0000`, committerLine] }),
  ],
  [
    "an author with a bad zone",
    commit({ headers: [treeLine, "author A <a> 1 UTC", committerLine] }),
  ],
  [
    "an encoding with a blank",
    commit({ headers: [treeLine, authorLine, committerLine, "encoding a b"] }),
  ],
  [
    "a mergetag that is none",
    commit({ headers: [treeLine, parentLine, authorLine, committerLine, "mergetag x"] }),
  ],
  [
    "more mergetags than parents",
    commit({ headers: [treeLine, authorLine, committerLine, `mergetag object ${parent}`] }),
  ],
  [
    "too many parents",
    commit({
      headers: [
        treeLine,
        ...Array.from({ length: maxParents + 1 }, () => parentLine),
        authorLine,
        committerLine,
      ],
    }),
  ],
  ["too many bytes", commit({ body: "x".repeat(maxObjectBytes) })],
  ["a tag without tagger", tag({ headers: [`object ${parent}`, "type commit", "tag v1"] })],
  [
    "a tag with a further header",
    tag({ headers: [`object ${parent}`, "type commit", "tag v1", `tagger ${person}`, "x y"] }),
  ],
  ["a tag that holds a signature", tag({ body: "release\n-----BEGIN SSH SIGNATURE-----\n" })],
  ["a tag that holds another kind of signature", tag({ body: "-----BEGIN PGP SIGNATURE-----\n" })],
  ...[
    "",
    "-x",
    "a..b",
    "a b",
    "a~b",
    "x.lock",
    "/a",
    "a/",
    "a//b",
    "a/.b",
    "@",
    "a@{b",
    "a\x7f",
  ].map(
    (name) =>
      [
        `a tag named ${JSON.stringify(name)}`,
        tag({ headers: [`object ${parent}`, "type commit", `tag ${name}`, `tagger ${person}`] }),
      ] as const,
  ),
];

test.each(refused)("%s is not signed", (_what, bytes) => {
  expect(() => parseSignableObject(bytes)).toThrow(UnsignableObjectError);
});

test("arbitrary bytes are read or refused, and nothing else happens", () => {
  const piece = fc.constantFrom(
    treeLine,
    parentLine,
    authorLine,
    committerLine,
    "\n",
    "\n\n",
    " ",
    "\0",
    "object ",
    "tag a",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.array(piece, { maxLength: 12 })),
      (parts) => {
        const bytes = Array.isArray(parts) ? Buffer.from(parts.join("\n")) : Buffer.from(parts);
        try {
          parseSignableObject(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnsignableObjectError);
        }
      },
    ),
  );
});
