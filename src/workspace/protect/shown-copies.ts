import {
  chmod,
  chown,
  lutimes,
  mkdir,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import type { Owner } from "../../base/fs/entry-facts.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";
import type { BindMount } from "../../engine/engine.ts";
import { toWayThere } from "../host-path.ts";
import type { ShownFolder } from "../hide/tracked/leave-tracked.ts";
import type { ShownFile } from "../hide/tracked/tracked-files.ts";
import type { FolderCopy, MountDraft } from "./mount-draft.ts";

/** A mount that shows an entry of a folder, at its own path, again. */
export interface OwnMount {
  readonly bind: BindMount;
  /** The folder, which is a mount itself */
  readonly base: string;
}

/** The mounts that show an entry again, outer ones first. */
export function toOwnMounts({ root, own }: MountDraft): readonly OwnMount[] {
  return [...own].map(([key, { readOnly }]) => {
    const bind = { source: join(root.source, key), target: join(root.target, key), readOnly };
    return { bind, base: root.target };
  });
}

/** Where a log is, and whose. */
export interface LogPlace {
  /** Absolute real path */
  readonly root: string;
  /** From `root` */
  readonly names: Names;
  readonly owner: Owner;
}

/** A bind over something in the sandbox, with the content it shows. */
export interface CopyMount {
  readonly target: string;
  readonly content: Uint8Array | FolderCopy;
  /** Undefined for what git doesn't have */
  readonly tracked?: ShownFile | undefined;
  /** Of a copy that the sandbox writes to */
  readonly log?: LogPlace;
}

/** What a draft shows other content of. */
export function toCopies({ root, copies, folders }: MountDraft): readonly CopyMount[] {
  const files = [...copies].map(([key, { content, tracked, logOwner: owner }]) => ({
    target: join(root.target, key),
    content,
    tracked,
    // Nothing is added to a log that the sandbox can't write to
    ...(owner && root.writable && { log: { root: root.source, names: key.split("/"), owner } }),
  }));
  return [
    ...files,
    ...[...folders].map(([key, content]) => ({ target: join(root.target, key), content })),
  ];
}

/** A draft without what lies in a folder that is shown empty: nothing is there that a mount could be made over. */
export function withoutEmptied(draft: MountDraft): MountDraft {
  const emptied = new Set(
    [...draft.folders].flatMap(([key, shown]) => (shown === "work tree" ? [] : key)),
  );
  if (emptied.size === 0) return draft;
  const isOutside = (names: Names): boolean => !toWayThere(names).some((way) => emptied.has(way));
  const toOutside = <T>(mounts: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...mounts].filter(([key]) => isOutside(key.split("/"))));
  const { special, unlisted } = draft.special;
  return {
    ...draft,
    own: new Map([...toOutside(draft.own)].filter(([key]) => !emptied.has(key))),
    copies: toOutside(draft.copies),
    folders: toOutside(draft.folders),
    mountPoints: draft.mountPoints.filter(({ names }) => isOutside(names)),
    special: { special: special.filter(isOutside), unlisted: unlisted.filter(isOutside) },
  };
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
  for (const [index, copy] of copies.entries()) {
    const { target, log } = copy;
    const source = toCopyPath(directory, index);
    await writeCopy(source, copy);
    if (log !== undefined && process.getuid?.() === 0)
      await chown(source, log.owner.uid, log.owner.gid);
    binds.push({ source, target, readOnly: log === undefined });
  }
  return binds;
}

async function writeCopy(source: string, { content, tracked }: CopyMount): Promise<void> {
  if (content instanceof Uint8Array) {
    await writeCopyFile(source, content, tracked);
    return;
  }
  await mkdir(source);
  await chmod(source, 0o755);
  if (content === "work tree") await writeFile(join(source, ".git"), "");
  if (typeof content !== "string") await writeFolder(source, content);
}

/** No file is a folder of others: none is written through a link. */
async function writeFolder(source: string, files: ShownFolder): Promise<void> {
  const made = new Set<string>();
  for (const [path, file] of files) {
    for (const inner of toWayThere(path.split("/"))) {
      if (inner === "" || made.has(inner)) continue;
      made.add(inner);
      const folder = toNameBytes(join(source, inner));
      await mkdir(folder);
      await chmod(folder, 0o755);
    }
    const place = toNameBytes(join(source, path));
    if (file.kind === "link") {
      await symlink(file.content, place);
      await lutimes(place, file.modifiedAt, file.modifiedAt);
    } else if (file.kind === "submodule") await mkdir(place, { mode: 0o755 });
    else await writeCopyFile(place, file.content, file);
  }
}

async function writeCopyFile(
  path: string | Buffer,
  content: Uint8Array,
  tracked: ShownFile | undefined,
): Promise<void> {
  await writeFile(path, content, { flag: "wx" });
  await chmod(path, tracked?.kind === "program" ? 0o755 : 0o644);
  if (tracked === undefined) return;
  if (tracked.size > content.length) await truncate(path, tracked.size);
  await utimes(path, tracked.modifiedAt, tracked.modifiedAt);
}
