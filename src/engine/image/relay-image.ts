import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { packageFolder } from "../../base/package-folder.ts";
import { quoted } from "../../base/printable.ts";
import { label } from "../labels.ts";
import type { TarEntry } from "../tar.ts";
import type { Engine } from "../engine.ts";
import { ensureBaseImage, resolveBaseImage } from "./base-image.ts";
import { ensureImage } from "./ensure-image.ts";
import { toTagHash } from "./image-recipe.ts";
import type { ImageOptions } from "./image-request.ts";
import { compareText } from "../../base/text-order.ts";

// The built relay
const programFolder = join(packageFolder, "dist/relay");

/** What runs the relay in its image; the relay's own arguments follow. */
export const relayCommand = ["node", "/opt/vaultbox-relay/main.js"] as const;

const dockerfile = `ARG BASE
FROM \${BASE}
COPY . /opt/vaultbox-relay/
`;

/**
 * The tag of the relay's image: the base with the relay program, so that the engine needs nothing from this machine's
 * file system. Building it takes well under a second.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED
 */
export async function ensureRelayImage(engine: Engine, options: ImageOptions): Promise<string> {
  const { tag, hash, base, recipe } = await resolveRelayImage(options.env);
  await ensureBaseImage(engine, { ...options, rebuild: false });
  const step = "building the relay image";
  const build = (onProgress: ImageOptions["onProgress"]) =>
    engine.buildImage({
      files: recipe,
      tag,
      buildArgs: { BASE: base },
      labels: { [label.image]: hash },
      onLine: (line) => onProgress({ step, line }),
    });
  await ensureImage(engine, { tag, what: "the relay image", step, flags: [], build }, options);
  return tag;
}

/** What the relay's image is here and now, whether it exists or not. */
export async function resolveRelayImage(env: NodeJS.ProcessEnv): Promise<{
  readonly tag: string;
  readonly hash: string;
  readonly base: string;
  readonly recipe: readonly TarEntry[];
}> {
  const [{ tag: base }, program] = await Promise.all([resolveBaseImage(env), readProgram()]);
  const recipe = [...program, { path: "Dockerfile", content: dockerfile }];
  const hash = toTagHash(recipe, [base]);
  return { tag: `vaultbox/relay:${hash}`, hash, base, recipe };
}

async function readProgram(): Promise<readonly TarEntry[]> {
  const names = (await readdir(programFolder).catch(() => [])).filter((name) =>
    name.endsWith(".js"),
  );
  if (names.length === 0) {
    throw new VaultboxError(
      "VBX_IMAGE_BUILD_FAILED",
      `cannot build the relay image: there is no compiled relay in ${quoted(programFolder)}`,
      { hints: ["in a checkout: npm run build", "otherwise install vaultbox again"] },
    );
  }
  const files = await Promise.all(
    names
      .toSorted(compareText)
      .map(async (path) => ({ path, content: await readFile(join(programFolder, path)) })),
  );
  // Without it Node would take the files for CommonJS
  return [...files, { path: "package.json", content: '{"type":"module"}\n' }];
}
