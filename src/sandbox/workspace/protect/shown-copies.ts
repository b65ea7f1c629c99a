import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BindMount } from "../../../docker/engine.ts";
import type { Owner } from "../../../files/entry-facts.ts";
import type { MountDraft } from "./mount-draft.ts";

/** Where a log is, and whose. */
export interface LogPlace {
  /** Absolute real path */
  readonly root: string;
  /** From `root` */
  readonly names: readonly string[];
  readonly owner: Owner;
}

/** A bind over something in the sandbox, with the content it shows. */
export interface CopyMount {
  readonly target: string;
  /** `work tree` is a folder with nothing but an empty `.git` */
  readonly content: Uint8Array | "folder" | "work tree";
  /** Of a copy that the sandbox writes to */
  readonly log?: LogPlace;
}

/** What a draft shows other content of. */
export function toCopies(draft: MountDraft): readonly CopyMount[] {
  const files = [...draft.copies].map(([key, content]) => ({
    target: join(draft.root.target, key),
    content,
  }));
  const folders = draft.emptied.map((names) => ({
    target: join(draft.root.target, ...names),
    content: "folder" as const,
  }));
  const trees = draft.emptiedTrees.map((names) => ({
    target: join(draft.root.target, ...names),
    content: "work tree" as const,
  }));
  const logs = [...draft.logs].map(([key, { content, owner }]) => ({
    target: join(draft.root.target, key),
    content,
    // Nothing is added to a log that the sandbox can't write to
    ...(draft.root.writable
      ? { log: { root: draft.root.source, names: key.split("/"), owner } }
      : {}),
  }));
  return [...files, ...folders, ...trees, ...logs];
}

/** Where the copy of a number is. */
export function toCopyPath(directory: string, index: number): string {
  return join(directory, "shown", String(index));
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
  for (const [index, { target, content, log }] of copies.entries()) {
    const source = toCopyPath(directory, index);
    const isFolder = typeof content === "string";
    if (isFolder) await mkdir(source);
    else await writeFile(source, content);
    if (content === "work tree") await writeFile(join(source, ".git"), "");
    await chmod(source, isFolder ? 0o755 : 0o644);
    if (log !== undefined && process.getuid?.() === 0)
      await chown(source, log.owner.uid, log.owner.gid);
    binds.push({ source, target, readOnly: log === undefined });
  }
  return binds;
}
