import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type ObjectFormat = "sha1" | "sha256";

/**
 * Makes an empty bare repository, file by file: `git init` would copy the host's templates. Making it again changes
 * nothing.
 */
export async function makeBareRepository(folder: string, format: ObjectFormat): Promise<void> {
  await mkdir(join(folder, "objects", "pack"), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, "refs"), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "config"), toConfig(format), { mode: 0o600 });
  await writeFile(join(folder, "HEAD"), "ref: refs/heads/none\n", { mode: 0o600 });
}

/** The folder that other repositories can take objects from (`alternates`). */
export function toObjectFolder(repository: string): string {
  return join(repository, "objects");
}

/** Hex digits of an object id. */
export function isObjectId(text: string, format: ObjectFormat): boolean {
  return (format === "sha1" ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/).test(text);
}

function toConfig(format: ObjectFormat): string {
  if (format === "sha1") return "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
  return "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n";
}
