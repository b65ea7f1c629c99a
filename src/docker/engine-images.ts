import type { EngineApi } from "./engine-api.ts";
import type { Engine, ImageBuild } from "./engine.ts";
import { toImageFacts } from "./container-facts.ts";
import { attempt, hasStatus } from "./engine-error.ts";
import { followProgress } from "./progress-stream.ts";
import { quoted } from "../printable.ts";

type ImageCalls = Pick<
  Engine,
  "inspectImage" | "listImages" | "pullImage" | "importImage" | "buildImage" | "removeImage"
>;

/** The engine's images. */
export function engineImages(api: EngineApi): ImageCalls {
  const inspect = (reference: string) =>
    attempt(`inspect the image ${quoted(reference)}`, async () => {
      try {
        return toImageFacts(await api.call({ method: "GET", path: `/images/${reference}/json` }));
      } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
    });
  return {
    inspectImage: inspect,
    listImages: (label) =>
      attempt("list the images", async () => {
        const query = { filters: JSON.stringify({ label: [label] }) };
        const answer = await api.call({ method: "GET", path: "/images/json", query });
        const facts = await Promise.all((answer as { Id: string }[]).map(({ Id }) => inspect(Id)));
        return facts.filter((image) => image !== undefined);
      }),
    pullImage: (reference, onLine) =>
      attempt(`pull the image ${quoted(reference)}`, async () => {
        const query = { fromImage: withTag(reference) };
        const body = await api.stream({ method: "POST", path: "/images/create", query });
        await followProgress(body, onLine);
      }),
    importImage: (tar, tag, changes) =>
      attempt(`import the image ${quoted(tag)}`, async () => {
        const { repo, tag: name } = splitTag(tag);
        const query = { fromSrc: "-", repo, tag: name, changes };
        const body = await api.stream({ method: "POST", path: "/images/create", query, file: tar });
        await followProgress(body, () => undefined);
      }),
    buildImage: (build) =>
      attempt(`build the image ${quoted(build.tag)}`, () => buildImage(api, build)),
    removeImage: (reference) =>
      attempt(`remove the image ${quoted(reference)}`, async () => {
        try {
          await api.call({ method: "DELETE", path: `/images/${reference}` });
        } catch (error) {
          if (!hasStatus(error, 404)) throw error;
        }
      }),
  };
}

async function buildImage(api: EngineApi, build: ImageBuild): Promise<void> {
  const query = {
    t: build.tag,
    dockerfile: build.dockerfile,
    buildargs: JSON.stringify(build.buildArgs),
    labels: JSON.stringify(build.labels),
    rm: 1,
    forcerm: 1,
  };
  const body = await api.stream({ method: "POST", path: "/build", query, file: build.context });
  await followProgress(body, build.onLine);
}

/** Without a tag or digest the engine would pull every tag. */
function withTag(reference: string): string {
  const { tag } = splitTag(reference);
  return tag === "" && !reference.includes("@") ? `${reference}:latest` : reference;
}

function splitTag(reference: string): { repo: string; tag: string } {
  const colon = reference.lastIndexOf(":");
  // A colon before the last slash belongs to a registry's port
  if (colon < 0 || colon < reference.lastIndexOf("/")) return { repo: reference, tag: "" };
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
