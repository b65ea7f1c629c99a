import { Readable } from "node:stream";
import { toTar } from "./tar.ts";
import type { EngineApi } from "./engine-api.ts";
import type { Engine, ImageBuild } from "./engine.ts";
import { toImageFacts, toImageSteps } from "./container-facts.ts";
import { attempt, unlessMissing } from "./engine-error.ts";
import { followProgress } from "./progress-stream.ts";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";

type ImageCalls = Pick<
  Engine,
  | "inspectImage"
  | "listImages"
  | "listImageSteps"
  | "pullImage"
  | "importImage"
  | "buildImage"
  | "removeImage"
>;

/** The engine's images. */
export function engineImages(api: EngineApi): ImageCalls {
  const inspect = (reference: string) =>
    attempt(`inspect the image ${quoted(reference)}`, async () => {
      checkReference(reference);
      const path = `/images/${reference}/json`;
      const answer = await unlessMissing(api.call({ method: "GET", path }));
      return answer === undefined ? undefined : toImageFacts(answer);
    });
  return {
    inspectImage: inspect,
    listImages: (filter) =>
      attempt("list the images", async () => {
        const [[name, value] = ["", ""]] = Object.entries(filter);
        const query = { filters: JSON.stringify({ [name]: [value] }) };
        const answer = await api.call({ method: "GET", path: "/images/json", query });
        const facts = await Promise.all((answer as { Id: string }[]).map(({ Id }) => inspect(Id)));
        return facts.filter((image) => image !== undefined);
      }),
    listImageSteps: (reference) =>
      attempt(`read how the image ${quoted(reference)} was built`, async () => {
        checkReference(reference);
        const path = `/images/${reference}/history`;
        const answer = await unlessMissing(api.call({ method: "GET", path }));
        return answer === undefined ? [] : toImageSteps(answer);
      }),
    pullImage: (reference, onLine) =>
      attempt(`pull the image ${quoted(reference)}`, async () => {
        checkReference(reference);
        const query = { fromImage: withTag(reference) };
        const call = { method: "POST", path: "/images/create", query, waits: true } as const;
        await followProgress(await api.stream(call), onLine);
      }),
    importImage: (tar, tag, changes) =>
      attempt(`import the image ${quoted(tag)}`, async () => {
        // With the tag in it: Podman ignores a tag beside it
        const query = { fromSrc: "-", repo: tag, changes };
        const call = { method: "POST", path: "/images/create", query, file: tar } as const;
        await followProgress(await api.stream({ ...call, waits: true }), () => undefined);
      }),
    buildImage: (build) =>
      attempt(`build the image ${quoted(build.tag)}`, () => buildImage(api, build)),
    removeImage: (reference) =>
      attempt(`remove the image ${quoted(reference)}`, async () => {
        checkReference(reference);
        await unlessMissing(api.call({ method: "DELETE", path: `/images/${reference}` }));
      }),
  };
}

async function buildImage(api: EngineApi, build: ImageBuild): Promise<void> {
  const query = {
    t: build.tag,
    dockerfile: "Dockerfile",
    buildargs: JSON.stringify(build.buildArgs),
    labels: JSON.stringify(build.labels),
    rm: 1,
    forcerm: 1,
  };
  const file = Readable.from([toTar(build.files)]);
  const call = { method: "POST", path: "/build", query, file, waits: true } as const;
  await followProgress(await api.stream(call), build.onLine);
}

/** Registry host and port, repository, tag and digest use no other characters (distribution/reference grammar). */
const referenceShape = /^[A-Za-z0-9][\w.:/@-]{0,511}$/;

/**
 * A reference is part of a path of the engine's API, and the HTTP client follows redirects: with `..` it would name
 * another call, or another host.
 */
function checkReference(reference: string): void {
  if (referenceShape.test(reference) && !/\.\.|\/\//.test(reference)) return;
  throw new VaultboxError("VBX_USAGE", `${quoted(reference)} can't be the name of an image`, {
    hints: ["write it as for docker run: NAME, NAME:TAG or HOST/NAME:TAG"],
  });
}

/** Without a tag or digest the engine would pull every tag. */
function withTag(reference: string): string {
  // A colon before the last slash belongs to a registry's port
  const isWhole = reference.includes("@") || /:[^/:]+$/.test(reference);
  return isWhole ? reference : `${reference}:latest`;
}
