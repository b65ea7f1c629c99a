import { get } from "node:http";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { BuiltImages } from "../../src/engine/image/list-images.ts";
import { label } from "../../src/engine/labels.ts";
import { buildOn, startOwnEngine } from "../support/own-engine.ts";
import { runCli } from "../support/run-cli.ts";

const hash = "0123456789ab";
const labels = { [label.image]: hash };

test("what image list says that all images take is what the engine says of its whole storage", async () => {
  await using own = await startOwnEngine();
  const { engine, env } = own;
  const base = `vaultbox/base:${hash}`;
  await buildOn(engine, base, ["FROM scratch", "COPY busybox /bin/sh"], labels);
  const relay = [`FROM ${base}`, "ENV X=1", 'RUN ["/bin/sh", "-c", "echo relay > /relay"]'];
  await buildOn(engine, `vaultbox/relay:${hash}`, relay, labels);
  const tools = [`FROM ${base}`, "WORKDIR /opt", "COPY busybox /opt/tool"];
  await buildOn(engine, `vaultbox/tools:${hash}`, tools, labels);
  const { stdout } = await runCli(["image", "list", "--json"], { env });
  const { images, bytes } = JSON.parse(stdout) as BuiltImages;
  expect(bytes).toBe(await readStorageBytes(own.socket));
  expect(images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeGreaterThan(1.9 * bytes);
  expect(Object.fromEntries(images.map(({ kind, ownBytes }) => [kind, ownBytes]))).toMatchObject({
    base: 0,
    relay: "relay\n".length,
    tools: images.find(({ kind }) => kind === "base")?.sizeBytes,
  });
});

/** Of all layers, as `docker system df` has it. */
async function readStorageBytes(socketPath: string): Promise<number> {
  const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    get({ socketPath, path: "/system/df" }, resolve).on("error", reject),
  );
  return ((await json(answer)) as { readonly LayersSize: number }).LayersSize;
}
