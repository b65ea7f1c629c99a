import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFolder } from "../../base/package-folder.ts";
import type { TarEntry } from "../tar.ts";

const folder = join(packageFolder, "devcontainer");

/** Hex digits of a content hash in a tag */
const tagHashLength = 12;

/** What bases of Debian's packages stand on, which has no label of ours. */
export const debianNodeRepository = "vaultbox/debian-node";

/** The files that say what the base image is. */
export interface ImageRecipe {
  readonly files: readonly TarEntry[];
  readonly packages: readonly string[];
}

export async function readBaseRecipe(): Promise<ImageRecipe> {
  const files = await readRecipeFiles([
    "Dockerfile",
    "install.sh",
    "finish-base.sh",
    "packages.txt",
  ]);
  const list = files.find((file) => file.path === "packages.txt");
  const packages = String(list?.content)
    .split("\n")
    .filter((line) => line !== "");
  return { files, packages };
}

/** The scripts that add tools to an image. */
export async function readLayerRecipe(): Promise<readonly TarEntry[]> {
  return await readRecipeFiles(["install.sh", "link-programs.sh"]);
}

/** What explains why a layer can't be built; no part of an image. */
export async function readFailureRecipe(): Promise<readonly TarEntry[]> {
  return await readRecipeFiles(["similar-names.sh"]);
}

async function readRecipeFiles(names: readonly string[]): Promise<readonly TarEntry[]> {
  return await Promise.all(
    names.map(async (path) => ({ path, content: await readFile(join(folder, path), "utf8") })),
  );
}

/** The content hash in an image's tag, over files and whatever else decides the content. */
export function toTagHash(files: readonly TarEntry[], facts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files)
    hash.update(`${file.path}\0${file.content.length}\0`).update(file.content);
  for (const fact of facts) hash.update(`\0${fact}`);
  return hash.digest("hex").slice(0, tagHashLength);
}
