import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BindMount } from "../../../docker/engine.ts";
import type { MountDraft } from "./mount-draft.ts";

/** A bind over something in the sandbox, with the content it shows. */
export interface CopyMount {
  readonly target: string;
  readonly content: Uint8Array | "folder";
}

/** What a draft shows other content of. */
export function toCopies(draft: MountDraft): readonly CopyMount[] {
  const files = [...draft.copies].map(([key, content]) => ({
    target: join(draft.path, key),
    content,
  }));
  const folders = draft.emptied.map((names) => ({
    target: join(draft.path, ...names),
    content: "folder" as const,
  }));
  return [...files, ...folders];
}

/** Writes what is shown instead to a folder of the session, readable by whoever the sandbox runs as. */
export async function writeCopies(
  copies: readonly CopyMount[],
  directory: string,
): Promise<readonly BindMount[]> {
  const folder = join(directory, "shown");
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const binds: BindMount[] = [];
  for (const [index, { target, content }] of copies.entries()) {
    const source = join(folder, String(index));
    if (content === "folder") await mkdir(source);
    else await writeFile(source, content);
    await chmod(source, content === "folder" ? 0o755 : 0o644);
    binds.push({ source, target, readOnly: true });
  }
  return binds;
}
