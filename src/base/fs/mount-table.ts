import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { toNameText } from "./name-text.ts";

/** One mount of a process' mount table (proc(5), mountinfo). */
export interface MountRow {
  readonly id: string;
  /** `major:minor` */
  readonly device: string;
  /** Path in that file system */
  readonly root: string;
  /** Where it is mounted */
  readonly target: string;
  /** Of the file system: `tmpfs`; empty where the row doesn't say */
  readonly type: string;
}

/** The mounts that a process sees, by default this one; undefined where the kernel doesn't say. */
export function readMounts(process: number | "self" = "self"): readonly MountRow[] | undefined {
  try {
    const lines = toNameText(readFileSync(`/proc/${process}/mountinfo`)).split("\n");
    return lines.flatMap((line) => parseMountRow(line) ?? []);
  } catch {
    // A kernel without this file, or a sandboxed one
    return undefined;
  }
}

/** Parses `ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS … - TYPE …`; undefined for what is no such line. */
export function parseMountRow(line: string): MountRow | undefined {
  const fields = line.split(" ");
  const [id, , device, root, target] = fields;
  if (id === undefined || device === undefined || root === undefined || target === undefined) {
    return undefined;
  }
  const separator = fields.indexOf("-");
  const type = separator < 0 ? "" : (fields[separator + 1] ?? "");
  return { id, device, root: withoutEscapes(root), target: withoutEscapes(target), type };
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
