import { posix } from "node:path";

/** One mount of a process' mount table (proc(5), mountinfo). */
export interface MountRow {
  readonly id: string;
  /** `major:minor` */
  readonly device: string;
  /** Path in that file system */
  readonly root: string;
  /** Where it is mounted */
  readonly target: string;
}

/** Parses `ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS …`; undefined for what is no such line. */
export function parseMountRow(line: string): MountRow | undefined {
  const [id, , device, root, target] = line.split(" ");
  if (id === undefined || device === undefined || root === undefined || target === undefined) {
    return undefined;
  }
  return { id, device, root: withoutEscapes(root), target: withoutEscapes(target) };
}

/** Blanks, line feeds and backslashes are octal escapes (proc(5), fstab(5)). */
export function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Where in its file system a path is that lies in a mount. */
export function toPathInFileSystem({ root, target }: MountRow, path: string): string {
  return posix.join(root, posix.relative(target, path));
}
