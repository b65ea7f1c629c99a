import { formatSize } from "../base/units.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { listVaultboxImages } from "../engine/image/list-images.ts";
import type { BuiltImage, BuiltImages } from "../engine/image/list-images.ts";
import { printJson, printLines, printNote } from "./output.ts";
import { toTable } from "./table.ts";

/** Prints the images that vaultbox built. @throws VaultboxError VBX_ENGINE_UNREACHABLE */
export async function printImages(json: boolean): Promise<void> {
  const built = await listVaultboxImages(await connectEngine(process.env));
  if (json) return printJson(built);
  if (built.images.length === 0) return printNote("there is no image yet: vaultbox image build");
  printLines(toImageLines(built.images));
  printNote(toUseNote(built));
}

export function toImageLines(images: readonly BuiltImage[]): readonly string[] {
  const rows = images.map(({ tag, kind, agentPackage, tools, sizeBytes, ownBytes, createdAt }) => [
    tag,
    kind,
    [agentPackage, tools].filter((name) => name !== undefined).join(", ") || "-",
    formatSize(sizeBytes),
    formatSize(ownBytes),
    createdAt.slice(0, 16).replace("T", " "),
  ]);
  return toTable(["tag", "kind", "holds", "size", "its own", "created (UTC)"], rows);
}

export function toUseNote({ images, bytes }: BuiltImages): string {
  const count = new Set(images.map(({ id }) => id)).size;
  return count === 1
    ? `the image takes ${formatSize(bytes)}`
    : `the ${count} images take ${formatSize(bytes)}: what they share counts once`;
}
