import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openGitCache } from "../../../src/git/push/cache/git-cache.ts";
import {
  makeCommits,
  makePack,
  makeRepository,
  makeTemporaryFolder,
  type TestRepository,
  toPieces,
  toUpstream,
} from "../../support/git-repositories.ts";

/** Some commits, each with parents before it, files that it changes, and a date that means nothing. */
interface Dag {
  readonly commits: readonly {
    readonly parents: readonly number[];
    readonly files: Readonly<Record<string, string | undefined>>;
    readonly date: number;
  }[];
  /** What the upstream has refs for */
  readonly refs: readonly number[];
  readonly to: number;
  /** Commits whose objects the client leaves out, with their ancestors */
  readonly leftOut: readonly number[];
}

const paths = ["a", "folder/b", "denied/c"];
const runs = 34;

const dags: fc.Arbitrary<Dag> = fc.integer({ min: 3, max: 12 }).chain((count) =>
  fc.record({
    commits: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          parents:
            index === 0
              ? fc.constant([])
              : fc.uniqueArray(fc.nat(index - 1), {
                  minLength: index % 5 === 4 ? 0 : 1,
                  maxLength: 3,
                }),
          files: fc.dictionary(
            fc.constantFrom(...paths),
            fc.option(fc.constantFrom("1", "2", "3"), { nil: undefined }),
            { maxKeys: 2 },
          ),
          date: fc.integer({ min: 1_000_000_000, max: 1_000_000_100 }),
        }),
      ),
    ),
    refs: fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 3 }),
    to: fc.nat(count - 1),
    leftOut: fc.array(fc.nat(count - 1), { maxLength: 3 }),
  }),
);

test("a fast-forward is what git says it is, whatever part of the upstream's history the pack leaves out", async () => {
  await fc.assert(
    fc.asyncProperty(dags, async (dag) => {
      const upstreamHas = reach(dag, dag.refs);
      const leftOut = dag.leftOut.filter((index) => upstreamHas.has(index));
      await using world = await makeWorld(dag);
      await using push = await world.push(leftOut);
      for (const from of dag.refs) {
        const expected = await isAncestor(world.repository, world.ids[from]!, world.ids[dag.to]!);
        expect(expected).toBe(reach(dag, [dag.to]).has(from));
        expect(await push.isFastForward(world.ids[from]!, world.ids[dag.to]!)).toBe(expected);
      }
    }),
    { numRuns: runs },
  );
}, 120_000);

test("a pack that leaves out what the upstream doesn't have never makes a fast-forward of a rewrite", async () => {
  await fc.assert(
    fc.asyncProperty(dags, async (dag) => {
      await using world = await makeWorld(dag);
      await using push = await world.push(dag.leftOut);
      for (const from of dag.refs) {
        if (!(await push.isFastForward(world.ids[from]!, world.ids[dag.to]!))) continue;
        expect(reach(dag, [dag.to]).has(from)).toBe(true);
      }
    }),
    { numRuns: runs },
  );
}, 120_000);

test("a denied path is found exactly when a new commit changes it", async () => {
  await fc.assert(
    fc.asyncProperty(dags, async (dag) => {
      const upstreamHas = reach(dag, dag.refs);
      const leftOut = dag.leftOut.filter((index) => upstreamHas.has(index));
      await using world = await makeWorld(dag);
      await using push = await world.push(leftOut);
      const isDenied = (path: string): boolean => path.startsWith("denied/");
      const found = await push.findDeniedPath(world.ids[dag.to]!, isDenied);
      expect(found).toBe(changesDenied(dag) ? "denied/c" : undefined);
    }),
    { numRuns: runs },
  );
}, 120_000);

async function makeWorld(dag: Dag) {
  const folder = await makeTemporaryFolder("vbx-dag");
  const repository = await makeRepository(join(folder.path, "upstream.git"));
  const ids = await makeCommits(
    repository,
    dag.commits.map(({ parents, files, date }) => ({
      parents: parents.map((parent) => `:${parent + 1}`),
      files,
      date,
    })),
  );
  const updates = dag.refs.map((index, at) => `create refs/heads/b${at} ${ids[index]!}`);
  await repository.git(["update-ref", "--stdin"], `${updates.join("\n")}\n`);
  const push = async (leftOut: readonly number[]) => {
    const opened = openGitCache(join(folder.path, "cache")).open({
      origin: "https://git.example.com:443",
      path: "/acme/widgets.git",
      objectFormat: "sha1",
      maxPackBytes: 1_000_000,
      checksObjects: true,
      upstream: toUpstream(repository),
    });
    const exclude = leftOut.map((index) => ids[index]!);
    const pack = await makePack(repository, { include: [ids[dag.to]!], exclude });
    await opened.receive(toPieces(pack));
    expect(opened.pack().length).toBeGreaterThan(0);
    return opened;
  };
  return { repository, ids, push, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Some commits and all their ancestors. */
function reach(dag: Dag, from: readonly number[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    waiting.push(...dag.commits[index]!.parents);
  }
  return seen;
}

/** By the definition, from the commits as they were made: no object is read. */
function changesDenied(dag: Dag): boolean {
  const upstreamHas = reach(dag, dag.refs);
  const contents = dag.commits.reduce<(string | undefined)[]>((list, { parents, files }) => {
    const before = parents.length === 0 ? undefined : list[parents[0]!];
    return [...list, "denied/c" in files ? files["denied/c"] : before];
  }, []);
  const isCovered = (merge: number, parent: number): boolean =>
    dag.commits[merge]!.parents.some((other) => {
      if (other === parent || !upstreamHas.has(other)) return false;
      const has = reach(dag, [other]);
      if ([...reach(dag, [parent])].every((one) => !upstreamHas.has(one) || has.has(one))) {
        return true;
      }
      const bases = findMergeBases(dag, parent, other);
      return bases.length > 0 && bases.every((base) => contents[base] === contents[parent]);
    });
  const fresh = [...reach(dag, [dag.to])].filter((index) => !upstreamHas.has(index));
  return fresh.some((index) => {
    const { parents } = dag.commits[index]!;
    if (parents.length === 0) return contents[index] !== undefined;
    return parents.some(
      (parent) => contents[parent] !== contents[index] && !isCovered(index, parent),
    );
  });
}

/** The commits that both stand on and that no other such commit stands on. */
function findMergeBases(dag: Dag, one: number, other: number): readonly number[] {
  const others = reach(dag, [other]);
  const common = [...reach(dag, [one])].filter((index) => others.has(index));
  return common.filter((index) =>
    common.every((later) => later === index || !reach(dag, [later]).has(index)),
  );
}

async function isAncestor(repository: TestRepository, from: string, to: string): Promise<boolean> {
  return await repository.git(["merge-base", "--is-ancestor", from, to]).then(
    () => true,
    () => false,
  );
}
