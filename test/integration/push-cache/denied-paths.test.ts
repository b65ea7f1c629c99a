import { expect, test } from "vitest";
import {
  makeCommits,
  makePack,
  type TestCommit,
  toPieces,
} from "../../support/git-repositories.ts";
import { type InspectionWorld, makeInspectionWorld } from "./inspection-world.ts";

const workflow = ".github/workflows/ci.yml";

const base: readonly TestCommit[] = [
  { parents: [], files: { "src/a": "1", "src/b": "1", [workflow]: "old" } },
  { parents: [":1"], files: { "src/a": "2", [workflow]: "fixed" } },
];

/** What a push brings onto `:2`, the upstream's main. */
const harmless: readonly TestCommit[] = [
  { parents: [":2"], files: { "src/a": "3" } },
  { parents: [":3"], files: { "src/new/c": "1", "src/b": undefined } },
];

const harmful: Readonly<Record<string, readonly TestCommit[]>> = {
  "changes it": [{ parents: [":2"], files: { [workflow]: "evil" } }],
  "adds a file beside it": [{ parents: [":2"], files: { ".github/workflows/new.yml": "x" } }],
  "removes it": [{ parents: [":2"], files: { [workflow]: undefined } }],
  "changes it and changes it back": [
    { parents: [":2"], files: { [workflow]: "evil" } },
    { parents: [":3"], files: { [workflow]: "fixed" } },
  ],
  "goes back to what the upstream had": [{ parents: [":2"], files: { [workflow]: "old" } }],
  "merges an older state over the newer one": [
    { parents: [":1"], files: { "src/c": "1" } },
    { parents: [":2", ":3"], files: { [workflow]: "old" } },
  ],
  "takes an older commit's state in a merge": [{ parents: [":1", ":2"], files: { "src/c": "1" } }],
  "replaces the folder by a file": [
    { parents: [":2"], files: { [workflow]: undefined, ".github/workflows": "x" } },
  ],
  "begins another history": [{ parents: [], files: { [workflow]: "evil" } }],
};

for (const [name, commits] of Object.entries(harmful)) {
  test(`a push that ${name} changes the denied path`, async () => {
    expect(await inspect(commits)).toMatch(/^\.github\/workflows/);
  });
}

test("a push that leaves the denied path alone changes none", async () => {
  expect(await inspect(harmless)).toBeUndefined();
});

for (const variant of [
  { version: 0, filter: true },
  { version: 2, filter: false },
] as const) {
  test(`trees of the upstream are read with version ${variant.version}, filter: ${variant.filter}`, async () => {
    expect(await inspect(harmless, variant)).toBeUndefined();
    expect(await inspect(harmful["changes it"]!, variant)).toBe(workflow);
  });
}

test("a look at the two ends alone would miss some of these", async () => {
  const seen = await Promise.all(Object.values(harmful).map(differsAtTheEnds));
  expect(seen).toContain(false);
});

test("history that the upstream has already isn't held against a client that sends it again", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [...base, ...harmless]);
  await world.upstream.git(["update-ref", "refs/heads/main", ids[1]!]);
  // The client doesn't know that main has moved to a commit with the same ancestors
  const [moved] = await makeCommits(world.upstream, [{ parents: [ids[1]!], files: { x: "y" } }]);
  await world.upstream.git(["update-ref", "refs/heads/main", moved!]);
  const [other] = await makeCommits(world.upstream, [{ parents: [ids[0]!], files: { y: "y" } }]);
  for (const tip of [ids[3]!, other!]) {
    await using push = await world.open();
    await push.receive(toPieces(await makePack(world.upstream, { include: [tip], exclude: [] })));
    expect(await push.findDeniedPath(tip, isDenied)).toBeUndefined();
  }
});

test("a merge that brings in what the upstream changed isn't held to have changed it", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [
    ...base,
    { parents: [":1"], files: { "src/c": "1" } },
    { parents: [":3", ":2"], files: { "src/a": "2", [workflow]: "fixed" } },
    { parents: [":3", ":2"], files: { "src/a": "2", [workflow]: "evil" } },
    { parents: [":3", ":2"], files: { "src/a": "2" } },
  ]);
  await world.upstream.git(["update-ref", "refs/heads/main", ids[1]!]);
  for (const [tip, found] of [
    [ids[3]!, undefined],
    [ids[4]!, workflow],
    [ids[5]!, workflow],
  ] as const) {
    await using push = await world.open();
    const pack = await makePack(world.upstream, { include: [tip], exclude: [ids[1]!] });
    await push.receive(toPieces(pack));
    expect(await push.findDeniedPath(tip, isDenied)).toBe(found);
  }
});

test("a branch that is upstream already may merge what main changed at a denied path, and nothing else there", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [
    { parents: [], files: { "src/a": "1", [workflow]: "old" } },
    // main goes on at the denied path, the agent's branch beside it; both are upstream
    { parents: [":1"], files: { [workflow]: "fixed" } },
    { parents: [":1"], files: { "src/c": "1" } },
    { parents: [":3", ":2"], files: { [workflow]: "fixed" } },
    { parents: [":3", ":2"], files: { [workflow]: "evil" } },
    { parents: [":3", ":2"], files: { [workflow]: "old" } },
    // main merged back an older commit: the state that main had once
    { parents: [":2", ":1"], files: { [workflow]: "old" } },
    { parents: [":2", ":3"], files: { [workflow]: "old", "src/c": "1" } },
  ]);
  await world.upstream.git(["update-ref", "refs/heads/main", ids[1]!]);
  await world.upstream.git(["update-ref", "refs/heads/agent/x", ids[2]!]);
  for (const [tip, found] of [
    [ids[3]!, undefined],
    [ids[4]!, workflow],
    [ids[5]!, workflow],
    [ids[6]!, workflow],
    [ids[7]!, workflow],
  ] as const) {
    await using push = await world.open();
    const exclude = [ids[1]!, ids[2]!];
    await push.receive(toPieces(await makePack(world.upstream, { include: [tip], exclude })));
    expect(await push.findDeniedPath(tip, isDenied)).toBe(found);
  }
});

test("what the upstream had once, and no ref of it reaches now, is new again", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [
    ...base,
    ...harmful["changes it"]!,
    { parents: [":1"], files: { "src/c": "1" } },
  ]);
  const [, main, evil, aside] = ids as [string, string, string, string];
  await world.upstream.git(["update-ref", "refs/heads/main", main]);
  for (const isReached of [true, false]) {
    const change = isReached
      ? ["update-ref", "refs/heads/evil", evil]
      : ["update-ref", "-d", "refs/heads/evil"];
    await world.upstream.git(change);
    await using push = await world.open();
    const pack = await makePack(world.upstream, { include: [aside, evil], exclude: [main] });
    await push.receive(toPieces(pack));
    // Brings the cache up to what the upstream has now
    expect(await push.isFastForward(main, aside)).toBe(false);
    expect(await push.findDeniedPath(evil, isDenied)).toBe(isReached ? undefined : workflow);
  }
});

test("a tag is looked into, and a branch at a commit of the upstream brings nothing", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeCommits(world.upstream, [...base, ...harmful["changes it"]!]);
  await world.upstream.git(["tag", "-a", "-m", "t", "v1", ids[2]!]);
  const tag = await world.upstream.git(["rev-parse", "v1"]);
  await world.upstream.git(["update-ref", "-d", "refs/tags/v1"]);
  await world.upstream.git(["update-ref", "refs/heads/main", ids[1]!]);
  await using push = await world.open();
  await push.receive(
    toPieces(await makePack(world.upstream, { include: [tag], exclude: [ids[1]!] })),
  );
  expect(await push.findDeniedPath(tag, isDenied)).toBe(workflow);
  expect(await push.findDeniedPath(ids[0]!, isDenied)).toBeUndefined();
});

test("odd names come as they are", async () => {
  const odd = 'src/a "b"\\\tü\n:100644 x';
  expect(
    await inspect([{ parents: [":2"], files: { [odd]: "1" } }], {}, (path) => path === odd),
  ).toBe(odd);
});

function isDenied(path: string): boolean {
  return path.startsWith(".github/workflows/") || path === ".github/workflows";
}

async function inspect(
  commits: readonly TestCommit[],
  options: Parameters<typeof makeInspectionWorld>[0] = {},
  isWanted = isDenied,
): Promise<string | undefined> {
  await using world = await makeInspectionWorld(options);
  const { tip, main } = await makePush(world, commits);
  await using push = await world.open();
  await push.receive(toPieces(await makePack(world.upstream, { include: [tip], exclude: [main] })));
  return await push.findDeniedPath(tip, isWanted);
}

async function differsAtTheEnds(commits: readonly TestCommit[]): Promise<boolean> {
  await using world = await makeInspectionWorld();
  const { tip, main } = await makePush(world, commits);
  const names = await world.upstream.git(["diff-tree", "-r", "--name-only", main, tip]);
  return names.split("\n").some(isDenied);
}

async function makePush(
  world: InspectionWorld,
  commits: readonly TestCommit[],
): Promise<{ tip: string; main: string }> {
  const ids = await makeCommits(world.upstream, [...base, ...commits]);
  await world.upstream.git(["update-ref", "refs/heads/main", ids[1]!]);
  return { tip: ids.at(-1)!, main: ids[1]! };
}
