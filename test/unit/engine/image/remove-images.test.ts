import { expect, test } from "vitest";
import { EngineApiError, toEngineError } from "../../../../src/engine/engine-error.ts";
import type { Engine, ImageFacts } from "../../../../src/engine/engine.ts";
import { toAgentLayer } from "../../../../src/engine/image/agent-image.ts";
import { resolveBaseImage, toDebianNodeTag } from "../../../../src/engine/image/base-image.ts";
import { removeImages } from "../../../../src/engine/image/remove-images.ts";

const env = { VAULTBOX_BASE: "debian" };
const agent = {
  name: "test",
  executable: "test",
  npmPackage: { name: "test", version: "latest", installScripts: false },
};

function toImage(tag: string, createdAt: string): ImageFacts {
  const labels = { "dev.vaultbox.image": "x" };
  const none = { env: [], user: "", entrypoint: [], volumes: [] };
  return { id: tag, tags: [tag], labels, createdAt, sizeBytes: 1, ...none };
}

test("images that a plain run would use are kept, those that a container uses too, all others go, newest first", async () => {
  const { tag: base, recipe } = await resolveBaseImage(env);
  const { tag: current } = await toAgentLayer(agent, base);
  const own = { name: "mytools", id: "sha256:1", user: "" };
  const { tag: onOwn } = await toAgentLayer(agent, base, own);
  const images = [
    toImage(toDebianNodeTag(recipe), "2026-01-01"),
    toImage("vaultbox/debian-node:000000000000", "2025-01-01"),
    toImage(base, "2026-01-02"),
    toImage("vaultbox/base:000000000000", "2026-01-01"),
    // As Podman lists it
    toImage(`docker.io/${current}`, "2026-01-03"),
    toImage(onOwn, "2026-01-04"),
    toImage("vaultbox/tools:000000000001", "2026-01-05"),
    toImage("vaultbox/tools:000000000002", "2026-01-06"),
    // Labels are inherited by what others build on an image of ours
    toImage("acme/box:1", "2026-01-07"),
  ];
  const asked: string[] = [];
  const engine = {
    listImages: async () => images,
    listImageSteps: async () => [],
    removeImage: async (tag: string) => {
      asked.push(tag);
      if (tag.endsWith("2")) throw toEngineError("remove", new EngineApiError(409, "in use"));
    },
  } as Partial<Engine> as Engine;
  expect(await removeImages(engine, [agent], env)).toEqual({
    removed: [
      "vaultbox/tools:000000000001",
      onOwn,
      "vaultbox/base:000000000000",
      "vaultbox/debian-node:000000000000",
    ],
    used: ["vaultbox/tools:000000000002"],
  });
  expect(asked[0]).toBe("vaultbox/tools:000000000002");
});
