import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRegularText } from "../../../base/fs/regular-file.ts";
import type { ObjectFormat } from "../../wire/object-id.ts";

/**
 * Makes an empty bare repository, file by file: `git init` would copy the host's templates. Making it again touches only
 * what isn't as it should be: a git that runs in it never sees a file half-written.
 */
export async function makeBareRepository(folder: string, format: ObjectFormat): Promise<void> {
  await mkdir(join(folder, "objects", "pack"), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, "refs"), { recursive: true, mode: 0o700 });
  await writeWhereOther(join(folder, "config"), toConfig(format));
  await writeWhereOther(join(folder, "HEAD"), "ref: refs/heads/none\n");
}

async function writeWhereOther(path: string, text: string): Promise<void> {
  // What can't be read is written anew
  if ((await readRegularText(path).catch(() => undefined)) === text) return;
  await writeFile(path, text, { mode: 0o600 });
}

/** The folder that other repositories can take objects from (`alternates`). */
export function toObjectFolder(repository: string): string {
  return join(repository, "objects");
}

function toConfig(format: ObjectFormat): string {
  if (format === "sha1") return "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
  return "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n";
}
