import type { Engine } from "../engine.ts";
import { label } from "../labels.ts";
import { ensureImage } from "./ensure-image.ts";
import type { ImageOptions } from "./image-request.ts";
import { buildLayer, hashLayer, type LayerContent } from "./layer.ts";
import { compareText } from "../../base/text-order.ts";

/** Tools that are added to an image. */
export interface Tools {
  /** Packages of the distribution, Debian's or Alpine's: `gh`, `golang=2:1.19~1` */
  readonly packages: readonly string[];
  /** Packages for npm: `pnpm`, `typescript@5` */
  readonly npm: readonly string[];
}

/** The image that gets the tools. */
export interface ToolGround {
  readonly tag: string;
  /** With which `image build` makes it */
  readonly flags: readonly string[];
  /** An image with Node.js, where this one may have none */
  readonly nodeFrom: string | undefined;
}

/**
 * The tag of an image with tools, built if it is missing. Its name says what was asked for and what it is on, not which
 * versions were there that day: those stay until `rebuild`.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED, VBX_IMAGE_MISSING
 */
export async function ensureToolImage(
  engine: Engine,
  { tag: under, flags, nodeFrom }: ToolGround,
  tools: Tools,
  options: ImageOptions,
): Promise<string> {
  const facts = await engine.inspectImage(under);
  // It was there, or made, a moment ago
  if (facts === undefined) return under;
  const packages = toSet(tools.packages);
  const npm = toSet(tools.npm);
  const content: LayerContent = {
    packages,
    programs: [],
    npm,
    installScripts: true,
    target: "/opt/tools",
  };
  const hash = await hashLayer(content, [facts.id]);
  const tag = `vaultbox/tools:${hash}`;
  const names = [...packages, ...npm.map((name) => `npm ${name}`)].join(", ");
  const layer = {
    ground: {
      reference: facts.id,
      user: facts.user,
      ...(nodeFrom === undefined ? {} : { nodeFrom }),
    },
    content,
    tag,
    hash,
    labels: { [label.tools]: names },
    step: `adding ${names}`,
  };
  const build = (onProgress: ImageOptions["onProgress"]) =>
    buildLayer(engine, layer, { ...options, onProgress });
  const again = [...flags, ...toFlags("--package", packages), ...toFlags("--npm-package", npm)];
  const what = `the image with ${names}`;
  await ensureImage(engine, { tag, what, step: layer.step, flags: again, build }, options);
  return tag;
}

function toSet(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted(compareText);
}

function toFlags(flag: string, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [flag, name]);
}
