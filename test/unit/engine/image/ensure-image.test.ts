import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Engine, ImageFacts } from "../../../../src/engine/engine.ts";
import { ensureImage } from "../../../../src/engine/image/ensure-image.ts";
import type { ImageOptions } from "../../../../src/engine/image/image-request.ts";

const facts: ImageFacts = {
  id: "sha256:1",
  tags: [],
  labels: {},
  createdAt: "",
  sizeBytes: 0,
  env: [],
  user: "",
  entrypoint: [],
  volumes: [],
};

/** An engine that knows tags, and counts how often it is asked. */
function createTagEngine(tags: Set<string>) {
  let inspections = 0;
  const inspectImage = async (tag: string) => {
    inspections++;
    return tags.has(tag) ? facts : undefined;
  };
  const engine = { endpoint: "unix:///engine.sock", inspectImage } as unknown as Engine;
  return { engine, inspections: () => inspections };
}

async function createOptions(changes: Partial<ImageOptions> = {}): Promise<ImageOptions> {
  const lockFolder = await mkdtemp(join(tmpdir(), "vaultbox-locks-"));
  onTestFinished(() => rm(lockFolder, { recursive: true }));
  return { env: {}, lockFolder, onProgress: () => undefined, ...changes };
}

test("An image that is there costs one question to the engine and no lock", async () => {
  const { engine, inspections } = createTagEngine(new Set(["a:1"]));
  const options = await createOptions();
  const build = () => Promise.reject(new Error("must not build"));
  await ensureImage(engine, { tag: "a:1", what: "a", step: "making a", flags: [], build }, options);
  expect(inspections()).toBe(1);
  expect(await readdir(options.lockFolder)).toEqual([]);
});

test("Of several that miss an image at once, one builds it and the others wait for it", async () => {
  const tags = new Set<string>();
  const { engine } = createTagEngine(tags);
  const options = await createOptions();
  let builds = 0;
  const build = async () => {
    builds++;
    await sleep(100);
    tags.add("a:1");
  };
  const image = { tag: "a:1", what: "a", step: "making a", flags: [], build };
  await Promise.all([1, 2, 3].map(() => ensureImage(engine, image, options)));
  expect(builds).toBe(1);
  expect(await readdir(options.lockFolder)).toEqual([]);
});

test("Who waits for another build says so at once; builds of other engines and of other users' locks don't wait", async () => {
  const { engine } = createTagEngine(new Set());
  const progress: string[] = [];
  const options = await createOptions({ onProgress: ({ step }) => progress.push(step) });
  const gate = Promise.withResolvers<void>();
  const image = { tag: "a:1", what: "the image", step: "making a", flags: [] };
  const first = ensureImage(engine, { ...image, build: () => gate.promise }, options);
  await expect.poll(() => readdir(options.lockFolder)).toHaveLength(1);
  const build = async () => undefined;
  const startedAt = performance.now();
  const second = ensureImage(engine, { ...image, build }, options);
  await expect
    .poll(() => progress.at(-1))
    .toMatch(/^waiting for process \d+ on ".+", which builds the image$/);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  await ensureImage({ ...engine, endpoint: "unix:///other.sock" }, { ...image, build }, options);
  gate.resolve();
  await Promise.all([first, second]);
  expect(progress).toEqual([
    "making a",
    "making a",
    "making a",
    expect.stringMatching(/^waiting/),
    "making a",
    "making a",
    "making a",
  ]);
});

test("A rebuild builds although the image is there", async () => {
  const { engine } = createTagEngine(new Set(["a:1"]));
  let builds = 0;
  const build = async () => void builds++;
  await ensureImage(
    engine,
    { tag: "a:1", what: "a", step: "making a", flags: [], build },
    await createOptions({ rebuild: true }),
  );
  expect(builds).toBe(1);
});

test("A failed build shows its last lines, printable, and releases the lock for the next try", async () => {
  const { engine } = createTagEngine(new Set());
  const options = await createOptions();
  const build = async (onProgress: ImageOptions["onProgress"]) => {
    for (const line of ["one", "two", "three \u001b[31m", "four"]) onProgress({ step: "s", line });
    throw new Error("it broke");
  };
  await expect(
    ensureImage(
      engine,
      { tag: "a:1", what: "the image", step: "s", flags: ["--package", "no such"], build },
      options,
    ),
  ).rejects.toMatchObject({
    code: "VBX_IMAGE_BUILD_FAILED",
    message: "cannot build the image: it broke; its last lines: one | two | three | four",
  });
  expect(await readdir(options.lockFolder)).toEqual([]);
});
