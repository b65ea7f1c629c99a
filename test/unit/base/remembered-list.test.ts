import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths, type Paths } from "../../../src/base/paths.ts";
import { createRememberedList } from "../../../src/base/remembered-list.ts";
import { number } from "../../../src/base/shape.ts";

async function createState(): Promise<AsyncDisposable & { readonly paths: Paths }> {
  const root = await mkdtemp(join(tmpdir(), "vbl-"));
  const paths = resolvePaths({ VAULTBOX_HOME: root });
  await mkdir(paths.state, { recursive: true });
  return { paths, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const place = { file: "hidden.json", item: number } as const;
const strict = createRememberedList({ ...place, damaged: { hint: "look" } });
const lenient = createRememberedList({ ...place, damaged: { countsAs: [7] } });

test("what several processes add to a list at once is all kept, and an equal list is not written", async () => {
  await using state = await createState();
  const { paths } = state;
  expect(await strict.read(paths)).toEqual([]);
  const numbers = Array.from({ length: 12 }, (_, index) => index);
  await Promise.all(numbers.map((one) => strict.change(paths, (list) => [...list, one])));
  expect((await strict.read(paths)).toSorted((a, b) => a - b)).toEqual(numbers);
  const before = await stat(join(paths.state, "hidden.json"));
  await strict.change(paths, (list) => list.filter((one) => one >= 0));
  expect((await stat(join(paths.state, "hidden.json"))).ino).toBe(before.ino);
  expect(await readdir(paths.state)).toEqual(["hidden.json"]);
});

test.each(["", "{", "{}", "null", "[1,", '[1, "2"]'])(
  "a list that is damaged is an error with a hint, or counts as another one: %j",
  async (content) => {
    await using state = await createState();
    const { paths } = state;
    await writeFile(join(paths.state, "hidden.json"), content);
    const error = { code: "VBX_CONFIG_INVALID", hints: ["look"] };
    await expect(strict.read(paths)).rejects.toMatchObject(error);
    await expect(strict.change(paths, () => [])).rejects.toMatchObject(error);
    expect(await lenient.read(paths)).toEqual([7]);
  },
);

test("a list that can't be read is an error, or counts as another one", async () => {
  await using state = await createState();
  const { paths } = state;
  await mkdir(join(paths.state, "hidden.json"));
  await expect(strict.read(paths)).rejects.toThrow("is not a regular file");
  expect(await lenient.read(paths)).toEqual([7]);
});
