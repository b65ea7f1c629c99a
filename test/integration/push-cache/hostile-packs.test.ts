import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { maxPackObjects } from "../../../src/git/push/cache/limits.ts";
import { readGitBytes } from "../../support/git.ts";
import { makeCommits, makePack, toPieces } from "../../support/git-repositories.ts";
import {
  makeAppendDelta,
  makeCommit,
  makeCopyDelta,
  makeRawPack,
  makeTree,
  type PackEntry,
  toObjectId,
  withChecksum,
} from "../../support/hostile-packs.ts";
import { type InspectionWorld, makeInspectionWorld } from "./inspection-world.ts";
import { openShared } from "../../support/shared-place.ts";

const blob = Buffer.from("hello");
const blobId = toObjectId("blob", blob);
const valid = makeRawPack([{ type: "blob", data: blob }]);

const malformed: Readonly<Record<string, readonly [pack: Buffer, why: string]>> = {
  "that is empty": [Buffer.alloc(0), "the pack is missing"],
  "that ends in its header": [valid.subarray(0, 9), "the pack ends too early"],
  "that isn't one": [withChecksum(Buffer.from("POCK".padEnd(40))), "it isn't a valid pack"],
  "of another version": [makeRawPack([], { version: 4 }), "the pack's version isn't 2 or 3"],
  "that was cut off": [valid.subarray(0, -5), "the pack ends too early"],
  "with a wrong checksum": [withLastByteChanged(valid), "the pack's checksum is wrong"],
  "with bytes behind its end": [
    Buffer.concat([valid, Buffer.from("x")]),
    "there are bytes behind the pack's end",
  ],
  "with another pack behind its end": [
    Buffer.concat([valid, makeRawPack([{ type: "blob", data: Buffer.from("more") }])]),
    "there are bytes behind the pack's end",
  ],
  "that says it has more objects": [
    makeRawPack([{ type: "blob", data: blob }], { count: 3 }),
    "it isn't a valid pack",
  ],
  "that says it has too many objects": [
    makeRawPack([{ type: "blob", data: blob }], { count: maxPackObjects + 1 }),
    `the pack has more than ${maxPackObjects} objects`,
  ],
  "that is thin": [
    makeRawPack([{ type: "ref-delta", base: blobId, data: makeAppendDelta(blob.length, "!") }]),
    "the pack is thin",
  ],
  "with a tree in disorder": [
    packOfTree([
      ["100644", "b", blobId],
      ["100644", "a", blobId],
    ]),
    "the pack holds a malformed object",
  ],
  "with a name twice in a tree": [
    packOfTree([
      ["100644", "a", blobId],
      ["100644", "a", blobId],
    ]),
    "the pack holds a malformed object",
  ],
  "with .git in a tree": [
    packOfTree([["100644", ".GIT", blobId]]),
    "the pack holds a malformed object",
  ],
  "with a slash in a name": [
    packOfTree([["100644", "a/b", blobId]]),
    "the pack holds a malformed object",
  ],
  "with a commit without a tree": [
    makeRawPack([{ type: "commit", data: Buffer.from("parent x\n\nm") }]),
    "it isn't a valid pack",
  ],
};

for (const [name, [pack, why]] of Object.entries(malformed)) {
  test(`a pack ${name} is refused`, async () => {
    await using world = await makeInspectionWorld();
    await using push = await world.open();
    await expect(push.receive(toPieces(pack, 7))).rejects.toThrow(why);
    expect(push.pack().length).toBe(0);
  });
}

const bomb = Buffer.alloc(0xff_ff_ff);
const bombs: Readonly<Record<string, readonly PackEntry[]>> = {
  "copies of one object": [
    { type: "blob", data: bomb },
    { type: "ofs-delta", back: 1, data: makeCopyDelta(bomb.length, 250) },
  ],
  "a tree that says that it has 3 GiB": [
    { type: "raw-tree", size: 3 * 1024 ** 3, deflated: deflateSync(bomb) },
  ],
};

describe("a pack that unfolds into more memory than is allowed is refused, and nothing else suffers", () => {
  const world = openShared(async (stack) => stack.use(await makeInspectionWorld()));

  test.each(Object.entries(bombs))("%s", async (_, entries) => {
    const pack = makeRawPack(entries);
    expect(pack.length).toBeLessThan(100_000);
    await using push = await world().open();
    await expect(push.receive(toPieces(pack))).rejects.toThrow(/GiB of memory/);
  });
});

test("a blob that unfolds a thousand times is hashed without being held", async () => {
  await using world = await makeInspectionWorld();
  const size = 256 * 1024 * 1024;
  const deflated = deflateSync(Buffer.alloc(size));
  await using push = await world.open();
  const pack = makeRawPack([{ type: "raw-blob", size, deflated }]);
  await push.receive(toPieces(pack));
  expect(push.pack().length).toBe(pack.length);
});

test("a chain of thousands of deltas is followed", async () => {
  await using world = await makeInspectionWorld();
  let size = 5;
  const entries: PackEntry[] = [{ type: "blob", data: Buffer.from("base ") }];
  for (let index = 0; index < 5000; index += 1) {
    const text = String(index % 10);
    entries.push({ type: "ofs-delta", back: 1, data: makeAppendDelta(size, text) });
    size += text.length;
  }
  await using push = await world.open();
  await push.receive(toPieces(makeRawPack(entries)));
  expect(push.pack().length).toBeGreaterThan(0);
});

test("a pack beyond the rule's size is refused while it's still coming", async () => {
  await using world = await makeInspectionWorld();
  await using push = await world.open({ maxPackBytes: 50_000 });
  // A blob of 1 GiB, in stored blocks (RFC 1951, 3.2.4) of which none is the last
  const size = Buffer.from([0xb0, 0x80, 0x80, 0x80, 0x20]);
  const beginning = Buffer.concat([valid.subarray(0, 8), Buffer.from([0, 0, 0, 1]), size]);
  const block = Buffer.concat([Buffer.from([0, 0, 0x10, 0xff, 0xef]), randomBytes(4096)]);
  let given = 0;
  const endless = async (): Promise<Buffer> => {
    given += 1;
    return given === 1 ? Buffer.concat([beginning, Buffer.from([0x78, 0x01])]) : block;
  };
  await expect(push.receive(endless)).rejects.toThrow(/^the pack is larger than /);
  expect(given).toBeLessThan(20);
});

test("what goes on is the pack that was looked at, byte for byte, as often as it's asked for", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [{ parents: [], files: { a: "1" } }]);
  const pack = await makePack(world.upstream, { include: ids, exclude: [] });
  await using push = await world.open();
  await push.receive(toPieces(pack, 11));
  for (let turn = 0; turn < 2; turn += 1) {
    const body = push.pack();
    const pieces: Buffer[] = [];
    for (let piece = await body.next(); piece !== undefined; piece = await body.next()) {
      pieces.push(piece);
    }
    expect(body.length).toBe(pack.length);
    expect(Buffer.concat(pieces).equals(pack)).toBe(true);
  }
});

test("a pack of no objects, as for a branch at a commit that is there, is taken", async () => {
  await using world = await makeInspectionWorld();
  await using push = await world.open();
  await push.receive(toPieces(makeRawPack([])));
  expect(push.pack().length).toBe(32);
});

test("a client that breaks off leaves nothing behind once the push is over", async () => {
  await using world = await makeInspectionWorld();
  {
    await using push = await world.open();
    let given = 0;
    const next = (): Promise<Buffer> => {
      given += 1;
      return given < 3
        ? Promise.resolve(valid.subarray((given - 1) * 12, given * 12))
        : Promise.reject(new Error("the client is gone"));
    };
    await expect(push.receive(next)).rejects.toThrow("the client is gone");
  }
  expect(await readdir(join(world.cache, "incoming"))).toEqual([]);
});

test("neither the user's git settings nor the cache folder's surroundings have a say", async () => {
  await using world = await makeInspectionWorld();
  const marker = join(world.folder, "marker");
  const home = join(world.folder, "home");
  await mkdir(join(home, "hooks"), { recursive: true });
  const program = `touch ${marker}`;
  const settings = `[core]\n\thooksPath = ${home}/hooks\n\tfsmonitor = "${program}"\n\talternateRefsCommand = "${program}"\n\tpager = "${program}"\n[diff]\n\texternal = "${program}"\n[alias]\n\tcat-file = "!${program}"\n[uploadpack]\n\tpackObjectsHook = "${program}"\n`;
  await writeFile(join(home, ".gitconfig"), settings);
  await withEnvironment({ HOME: home, GIT_DIR: "/nowhere", GIT_TRACE: marker }, async () => {
    await receiveCommit(world);
  });
  expect(await readdir(world.folder)).not.toContain("marker");
  // The control: with that environment, git itself does write it
  await readGitBytes(["version"], { cwd: world.upstream.folder, env: { GIT_TRACE: marker } });
  expect(await readdir(world.folder)).toContain("marker");
});

async function receiveCommit(world: InspectionWorld): Promise<void> {
  const tree = makeTree([["100644", "a", blobId]]);
  const commit = makeCommit(toObjectId("tree", tree), []);
  const pack = makeRawPack([
    { type: "blob", data: blob },
    { type: "tree", data: tree },
    { type: "commit", data: commit },
  ]);
  await using push = await world.open();
  await push.receive(toPieces(pack));
  expect(await push.isCommit(toObjectId("commit", commit))).toBe(true);
}

async function withEnvironment(
  changes: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  try {
    await work();
  } finally {
    for (const name of Object.keys(changes)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

function packOfTree(entries: Parameters<typeof makeTree>[0]): Buffer {
  return makeRawPack([
    { type: "blob", data: blob },
    { type: "tree", data: makeTree(entries) },
  ]);
}

function withLastByteChanged(pack: Buffer): Buffer {
  const changed = Buffer.from(pack);
  changed[changed.length - 1]! ^= 1;
  return changed;
}
