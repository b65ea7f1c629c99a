import { readGit } from "../../support/git.ts";
import { readAnswer, sendPush } from "../../support/git-wire.ts";
import {
  makeCommit,
  makeRawPack,
  makeTree,
  type PackEntry,
  toObjectId,
} from "../../support/hostile-packs.ts";
import { type CaseWorld, type PushCase, type PushOutput, describePushes } from "./push-table.ts";

type Entry = readonly [mode: string, name: string, oid: string];

/** What a case makes its commit of. */
interface Pieces {
  readonly ids: CaseWorld["ids"];
  /** Tree of work2 */
  readonly tree: string;
  /** What is in it */
  readonly entries: readonly Entry[];
}

interface Made {
  /** The commit */
  readonly data: Buffer;
  readonly with: readonly PackEntry[];
  /** Objects that an allowed push brings along before it, instead of its own pack */
  readonly staged?: true;
}

const x = "refs/heads/agent/x";
const person = "A <a@example.com> 1700000000 +0000";
const blob: PackEntry = { type: "blob", data: Buffer.from("on: evil\n") };
const blobId = toObjectId("blob", blob.data);
const workflows = { denyPaths: [".github/workflows/**"] };

function tree(entries: readonly Entry[]): PackEntry & { readonly oid: string } {
  const data = makeTree(entries);
  return { type: "tree", data, oid: toObjectId("tree", data) };
}

const evilFolder = tree([["100644", "evil.yml", blobId]]);
const evilParent = tree([["40000", "workflows", evilFolder.oid]]);
const evil: readonly PackEntry[] = [blob, evilFolder, evilParent];

/** In git's order, in which a folder's name ends with a slash. */
function sorted(entries: readonly Entry[]): readonly Entry[] {
  const key = ([mode, name]: Entry): Buffer => Buffer.from(mode === "40000" ? `${name}/` : name);
  return entries.toSorted((one, other) => Buffer.compare(key(one), key(other)));
}

function pushed(make: (pieces: Pieces) => Made) {
  return async ({ ids, folder, proxy, repository }: CaseWorld): Promise<PushOutput> => {
    const listed = await readGit(["ls-tree", ids.work2], { cwd: folder });
    const entries = listed.split("\n").map((line): Entry => {
      const [mode = "", , oid = "", name = ""] = line.split(/[ \t]/);
      return [mode.replace(/^0/, ""), name, oid];
    });
    const made = make({
      ids,
      tree: await readGit(["rev-parse", `${ids.work2}^{tree}`], { cwd: folder }),
      entries,
    });
    const commit: PackEntry = { type: "commit", data: made.data };
    const to = toObjectId("commit", made.data);
    const send = async (pack: Buffer, ref: string, from: string, oid: string): Promise<string> =>
      readAnswer(
        await sendPush(proxy.proxy, repository, { updates: [{ from, to: oid, ref }], pack }),
      );
    if (made.staged) {
      // What is new is in the pack of a branch that has nothing to do with it
      const stage = makeRawPack(made.with);
      await send(stage, "refs/heads/agent/stage", "0".repeat(40), ids.work2);
    }
    const own = made.staged ? [] : made.with;
    const text = await send(makeRawPack([commit, ...own]), x, ids.work2, to);
    const isDone = /^HTTP 200\nunpack ok$/m.test(text) && !/^ng /m.test(text);
    return { status: isDone ? 0 : 1, text };
  };
}

/** A commit that drops work2, whatever else its text says. */
function dropping(name: string, lines: (pieces: Pieces) => readonly string[]): PushCase {
  return {
    name,
    push: pushed((pieces) => ({
      data: Buffer.from(
        [`tree ${pieces.tree}`, `parent ${pieces.ids.work1}`, ...lines(pieces)].join("\n"),
      ),
      with: [],
    })),
    unchecked: { [x]: "new" },
  };
}

/** A commit on top of work2 with an evil workflow in its tree, by whatever entry. */
function denied(name: string, entries: (base: readonly Entry[]) => readonly Entry[]): PushCase {
  return {
    name,
    rule: workflows,
    push: pushed((pieces) => {
      const root = tree(entries(pieces.entries));
      return { data: makeCommit(root.oid, [pieces.ids.work2]), with: [...evil, root] };
    }),
    unchecked: { [x]: "new" },
  };
}

const others = (base: readonly Entry[]): readonly Entry[] =>
  base.filter(([, name]) => name !== ".github");

const cases: readonly PushCase[] = [
  dropping("a parent in the message is none", ({ ids }) => [
    `author ${person}`,
    `committer ${person}`,
    "",
    `parent ${ids.work2}`,
    "",
  ]),
  dropping("a parent in a merged tag is none", ({ ids }) => [
    `author ${person}`,
    `committer ${person}`,
    `mergetag object ${ids.work2}`,
    ` type commit`,
    ` parent ${ids.work2}`,
    "",
    "m",
  ]),
  dropping("a parent behind the author is none", ({ ids }) => [
    `author ${person}`,
    `parent ${ids.work2}`,
    `committer ${person}`,
    "",
    "m",
  ]),
  denied("a workflow is added", (base) =>
    sorted([...others(base), ["40000", ".github", evilParent.oid]]),
  ),
  denied("a folder's mode with rights", (base) =>
    sorted([...others(base), ["40755", ".github", evilParent.oid]]),
  ),
  denied("a mode with a zero before it", (base) =>
    sorted([...others(base), ["040000", ".github", evilParent.oid]]),
  ),
  denied("a name twice", (base) => [...base, ["40000", ".github", evilParent.oid]]),
  denied("a backslash in a name", (base) =>
    sorted([...base, ["100644", ".github\\workflows\\evil.yml", blobId]]),
  ),
  denied("capitals", (base) => sorted([...base, ["40000", ".GitHub", evilParent.oid]])),
  denied("a dot at the end", (base) => sorted([...base, ["40000", ".github.", evilParent.oid]])),
  denied("a space at the end", (base) => sorted([...base, ["40000", ".github ", evilParent.oid]])),
  denied("a character that isn't seen", (base) =>
    sorted([...base, ["40000", ".git\u200Chub", evilParent.oid]]),
  ),
  {
    name: "trees that an allowed push left on the server unreached",
    rule: workflows,
    push: pushed((pieces) => {
      const root = tree(sorted([...others(pieces.entries), ["40000", ".github", evilParent.oid]]));
      const made = makeCommit(root.oid, [pieces.ids.work2]);
      return { data: made, with: [...evil, root], staged: true };
    }),
    after: { "refs/heads/agent/stage": "work2" },
    fails: true,
    unchecked: { "refs/heads/agent/stage": "work2", [x]: "new" },
    says: [/a tree is in neither the pack nor the commits it builds on/],
  },
];

describePushes({
  title: "no object that git itself wouldn't write gets past the rule",
  score: "objects made by hand",
  cases,
});
