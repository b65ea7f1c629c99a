import { expect, test } from "vitest";
import {
  makeCommits,
  makePack,
  type TestCommit,
  toPieces,
} from "../../support/git-repositories.ts";
import { type InspectionWorld, makeInspectionWorld } from "./inspection-world.ts";

test("a commit on top of the branch is proven by the pack alone, without a request", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeChain(world, 3);
  await setRef(world, "refs/heads/main", ids[1]!);
  await using push = await world.open();
  const pack = await makePack(world.upstream, { include: [ids[2]!], exclude: [ids[1]!] });
  await push.receive(toPieces(pack));
  expect(await push.isFastForward(ids[1]!, ids[2]!)).toBe(true);
  expect(await push.isCommit(ids[2]!)).toBe(true);
  expect(world.tools.requests).toEqual([]);
});

for (const variant of [
  { version: 2, filter: true },
  { version: 2, filter: false },
  { version: 0, filter: true },
  { version: 0, filter: false },
  { version: 2, filter: true, format: "sha256" },
] as const) {
  const name = `version ${variant.version}, ${variant.filter ? "with" : "without"} filters, ${"format" in variant ? variant.format : "sha1"}`;

  test(`a rewrite is told from a fast-forward by the upstream's history (${name})`, async () => {
    await using world = await makeInspectionWorld(variant);
    const ids = await makeChain(world, 5);
    await setRef(world, "refs/heads/main", ids[3]!);
    const [aside] = await makeCommits(world.upstream, [
      { parents: [ids[1]!], files: { other: "x" } },
    ]);
    await using push = await world.open();
    const pack = await makePack(world.upstream, { include: [aside!], exclude: [ids[3]!] });
    await push.receive(toPieces(pack));
    expect(await push.isFastForward(ids[3]!, aside!)).toBe(false);
    expect(await push.isFastForward(ids[3]!, ids[1]!)).toBe(false);
    expect(await push.isFastForward(ids[0]!, aside!)).toBe(true);
    // Refs, what the server can do, its history: once, however much is asked
    expect(world.tools.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      "GET /acme/widgets.git/info/refs?service=git-receive-pack",
      "GET /acme/widgets.git/info/refs?service=git-upload-pack",
      "POST /acme/widgets.git/git-upload-pack",
    ]);
    expect(world.tools.requests.every(({ check }) => check === "push")).toBe(true);
  });
}

test("a second push fetches only what the upstream has gained since the first", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeChain(world, 400);
  await setRef(world, "refs/heads/main", ids[380]!);
  const [aside] = await makeCommits(world.upstream, [{ parents: [ids[10]!], files: { a: "x" } }]);
  const bytes: number[] = [];
  for (const tip of [ids[380]!, ids[390]!, ids[390]!]) {
    await setRef(world, "refs/heads/main", tip);
    await using push = await world.open();
    await push.receive(
      toPieces(await makePack(world.upstream, { include: [aside!], exclude: [tip] })),
    );
    world.tools.answered.bytes = 0;
    expect(await push.isFastForward(tip, aside!)).toBe(false);
    expect(await push.isFastForward(ids[3]!, aside!)).toBe(true);
    bytes.push(world.tools.answered.bytes);
  }
  expect(bytes[1]!).toBeLessThan(bytes[0]! / 5);
  // Nothing new: only the refs were read
  expect(bytes[2]!).toBeLessThan(1000);
});

test("what stands on a commit that the upstream never had proves nothing", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeChain(world, 3);
  await setRef(world, "refs/heads/main", ids[2]!);
  const lost = await makeCommits(world.upstream, [
    { parents: [ids[2]!], files: { lost: "x" } },
    { parents: [":1"], files: { kept: "x" } },
  ]);
  await using push = await world.open();
  const pack = await makePack(world.upstream, { include: [lost[1]!], exclude: [lost[0]!] });
  await push.receive(toPieces(pack));
  expect(await push.isFastForward(ids[2]!, lost[1]!)).toBe(false);
  await expect(push.findDeniedPath(lost[1]!, () => false)).rejects.toThrow(
    "it builds on a commit that the upstream doesn't have",
  );
});

test("only a commit of the pack or of the upstream may be at a branch", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeChain(world, 3);
  await setRef(world, "refs/heads/main", ids[1]!);
  await world.upstream.git(["tag", "-a", "-m", "t", "v1", ids[2]!]);
  const tag = await world.upstream.git(["rev-parse", "v1"]);
  await world.upstream.git(["update-ref", "-d", "refs/tags/v1"]);
  const tree = await world.upstream.git(["rev-parse", `${ids[2]!}^{tree}`]);
  await using push = await world.open();
  await push.receive(
    toPieces(await makePack(world.upstream, { include: [tag], exclude: [ids[1]!] })),
  );
  const answers = await Promise.all(
    [ids[2]!, ids[0]!, tag, tree, "1".repeat(40)].map((oid) => push.isCommit(oid)),
  );
  expect(answers).toEqual([true, true, false, false, false]);
});

test("a refused ref is contained in another only when the pack has nothing for it alone", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeChain(world, 4);
  await setRef(world, "refs/heads/main", ids[0]!);
  const [aside] = await makeCommits(world.upstream, [{ parents: [ids[1]!], files: { a: "x" } }]);
  await using push = await world.open();
  const include = [ids[3]!, aside!];
  await push.receive(toPieces(await makePack(world.upstream, { include, exclude: [ids[0]!] })));
  expect(await push.isContained(ids[2]!, [ids[3]!])).toBe(true);
  expect(await push.isContained(ids[0]!, [ids[3]!])).toBe(true);
  expect(await push.isContained(aside!, [ids[3]!])).toBe(false);
  expect(await push.isContained(ids[3]!, [aside!])).toBe(false);
  expect(await push.isContained(ids[3]!, [])).toBe(false);
});

test("the refs are those that the upstream shows to a push, and are read once", async () => {
  await using world = await makeInspectionWorld();
  const ids = await makeChain(world, 2);
  await setRef(world, "refs/heads/main", ids[0]!);
  await setRef(world, "refs/tags/v1", ids[1]!);
  await using push = await world.open();
  const refs = new Map([
    ["refs/heads/main", ids[0]!],
    ["refs/tags/v1", ids[1]!],
  ]);
  expect(await push.upstreamRefs()).toEqual(refs);
  expect(await push.upstreamRefs()).toEqual(refs);
  expect(world.tools.requests).toHaveLength(1);
});

async function makeChain(world: InspectionWorld, length: number): Promise<readonly string[]> {
  const commits: TestCommit[] = Array.from({ length }, (_, index) => ({
    parents: index === 0 ? [] : [`:${index}`],
    files: { [`folder/file-${index % 20}`]: String(index) },
  }));
  return await makeCommits(world.upstream, commits);
}

async function setRef(world: InspectionWorld, ref: string, oid: string): Promise<void> {
  await world.upstream.git(["update-ref", ref, oid]);
}
