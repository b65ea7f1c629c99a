import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findGit } from "../../../src/git/push/cache/git-program.ts";
import {
  addPack,
  makeObjectStore,
  type ObjectStore,
  readComplete,
} from "../../../src/git/push/cache/object-store.ts";
import { makeCommits, makePack, toFetched } from "../../support/git-repositories.ts";
import { type InspectionWorld, makeInspectionWorld } from "./inspection-world.ts";

test("a store that another session made anew gets no pack that builds on what was in it", async () => {
  await using world = await makeInspectionWorld();
  const { store, base, tip, first, second } = await makeStore(world);
  const whole = { ids: [base], isComplete: () => Promise.resolve(true) };
  await addPack(store, toFetched(first), whole);
  const isComplete = async (): Promise<boolean> => {
    await rm(store.repository, { recursive: true });
    await makeObjectStore(store);
    return true;
  };
  const adding = addPack(store, toFetched(second), { ids: [tip], isComplete });
  await expect(adding).rejects.toThrow("its cache was removed meanwhile");
  expect(await readComplete(store)).toEqual([]);
  // The same when nobody interferes
  await addPack(store, toFetched(first), whole);
  await addPack(store, toFetched(second), { ids: [tip], isComplete: whole.isComplete });
  expect(await readComplete(store)).toEqual([base, tip]);
});

async function makeStore(world: InspectionWorld) {
  const ids = await makeCommits(world.upstream, [
    { parents: [], files: { a: "1" } },
    { parents: [":1"], files: { a: "2" } },
  ]);
  const [base, tip] = ids as [string, string];
  const store: ObjectStore = {
    git: await findGit(),
    format: "sha1",
    signal: new AbortController().signal,
    repository: join(world.folder, "store"),
    quarantines: join(world.folder, "incoming"),
    lock: join(world.folder, "lock"),
  };
  await makeObjectStore(store);
  const first = await makePack(world.upstream, { include: [base], exclude: [] });
  const second = await makePack(world.upstream, { include: [tip], exclude: [base] });
  return { store, base, tip, first, second };
}
