import { expect, test } from "vitest";
import { toImageLines, toUseNote } from "../../../../src/cli/list-images.ts";
import type { ImageFacts, ImageStep } from "../../../../src/engine/engine.ts";
import { toBuiltImages } from "../../../../src/engine/image/list-images.ts";

interface Made {
  readonly tags: readonly string[];
  readonly steps: readonly ImageStep[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly day?: number;
}

const hash = "0123456789ab";
const ours = { "dev.vaultbox.image": hash };

function step(command: string, megabytes = 0): ImageStep {
  return { createdAt: 1000, command, sizeBytes: megabytes * 1_000_000 };
}

const debian = [step("", 700)];
const base = [...debian, step("LABEL x"), step("RUN install", 10), step(`LABEL ${label()}`)];
const relay = [...base, step("COPY relay", 1), step(`LABEL ${label()}`)];
const users = [...base, step("RUN mine", 5)];

function label(): string {
  return `dev.vaultbox.image=${hash}`;
}

function find(made: readonly Made[]) {
  return toBuiltImages(
    made.map(({ tags, steps, labels = ours, day = 1 }, index) => {
      const facts: ImageFacts = {
        id: `sha256:${String(index).repeat(64)}`,
        tags,
        labels,
        createdAt: `2026-01-0${day}T10:00:00Z`,
        sizeBytes: steps.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        env: [],
        user: "",
        entrypoint: [],
        volumes: [],
      };
      return { facts, steps };
    }),
  );
}

test("what images share counts once, and each says what no other one has", () => {
  const built = find([
    { tags: [`vaultbox/debian-node:${hash}`], steps: debian, labels: {} },
    { tags: [`vaultbox/base:${hash}`], steps: base, day: 2 },
    { tags: [`vaultbox/relay:${hash}`], steps: relay, day: 3 },
    {
      tags: [`vaultbox/tools:${hash}`],
      steps: [...base, step("COPY tools", 40)],
      labels: { ...ours, "dev.vaultbox.tools": "gh" },
      day: 4,
    },
  ]);
  expect(toImageLines(built.images)).toEqual([
    "TAG                                KIND         HOLDS  SIZE   ITS OWN  CREATED (UTC)",
    "vaultbox/tools:0123456789ab        tools        gh     750MB  40MB     2026-01-04 10:00",
    "vaultbox/relay:0123456789ab        relay        -      711MB  1MB      2026-01-03 10:00",
    "vaultbox/base:0123456789ab         base         -      710MB  0B       2026-01-02 10:00",
    "vaultbox/debian-node:0123456789ab  debian-node  -      700MB  0B       2026-01-01 10:00",
  ]);
  expect(toUseNote(built)).toBe("the 4 images take 751MB: what they share counts once");
});

test("images count as vaultbox's by its names; one that a user built on them, or named like them, doesn't", () => {
  const { images } = find([
    { tags: [`vaultbox/base:${hash}`, "mine:1"], steps: base },
    { tags: [`docker.io/vaultbox/agent-claude:${hash}`], steps: base },
    { tags: ["mine/vaultbox-base:1"], steps: users },
    { tags: [`mine/vaultbox/base:${hash}`], steps: users },
    { tags: ["vaultbox/base:mine"], steps: users },
    { tags: [`vaultbox/base-notes:${hash}`], steps: users },
    { tags: [`vaultbox/debian-node-mine:${hash}`], steps: users, labels: {} },
  ]);
  expect(images.map(({ tag }) => tag)).toEqual([
    `vaultbox/base:${hash}`,
    // As a run names it, on Podman too
    `vaultbox/agent-claude:${hash}`,
  ]);
});

test("of images without a name those are vaultbox's that its build ended with, or was killed in", () => {
  const { images } = find([
    { tags: [], steps: base },
    { tags: [], steps: users },
    { tags: [], steps: users, labels: { ...ours, "dev.vaultbox.build-stage": hash } },
  ]);
  expect(images.map(({ tag, kind }) => [tag, kind])).toEqual([
    ["000000000000", "unnamed"],
    ["222222222222", "unnamed"],
  ]);
});
