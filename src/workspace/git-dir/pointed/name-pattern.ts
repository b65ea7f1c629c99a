import { posix } from "node:path";
import type { TreeNames } from "./tree-names.ts";

/** What a shell's pattern fits to, and the folder that names were looked for in, where more could appear. */
export interface PatternMatch {
  /** Absolute */
  readonly folder: string;
  /** The innermost folder that the pattern names without any choice */
  readonly from: string;
  readonly paths: readonly string[];
}

/** `[abc]` of glob(7); no name, and so no set in one, is longer */
const characterSet = /\[[^\]]{0,255}\]/g;

/** Whether a shell takes a word for a pattern of names; `*` alone mostly stands for anything else. */
export function isPattern(word: string): boolean {
  return /[*?[]/.test(word) && /[\w/-]/.test(word.replaceAll(characterSet, ""));
}

/** What is there that a pattern fits to, by a shell's rules (glob(7)). */
export async function findMatches(
  names: TreeNames,
  folder: string,
  pattern: string,
): Promise<readonly PatternMatch[]> {
  const steps = pattern.split("/").filter((step) => step !== "" && step !== ".");
  const around = steps.slice(0, -1);
  const chosen = around.findIndex((step) => !isPlain(step));
  const fixed = chosen === -1 ? around : around.slice(0, chosen);
  const from = posix.resolve(folder, ...fixed);
  let folders: readonly string[] = [from];
  for (const step of steps.slice(fixed.length, -1)) {
    const next = await Promise.all(folders.map((one) => enter(names, one, step)));
    folders = next.flat();
  }
  const matches = folders.map(async (one) => ({
    folder: one,
    from,
    paths: await fitting(names, one, steps.at(-1) ?? ""),
  }));
  return (await Promise.all(matches)).filter(({ paths }) => paths.length > 0);
}

function isPlain(step: string): boolean {
  return !/[*?[]/.test(step);
}

async function enter(names: TreeNames, folder: string, step: string): Promise<readonly string[]> {
  return isPlain(step) ? [posix.resolve(folder, step)] : await fitting(names, folder, step);
}

async function fitting(names: TreeNames, folder: string, step: string): Promise<readonly string[]> {
  const isInside = names.roots.some((root) => folder === root || folder.startsWith(`${root}/`));
  if (!isInside) return [];
  // One of several characters is taken for any
  const simple = step.replaceAll(characterSet, "?").replaceAll(/\*+/g, "*");
  const all = [...(await names.list(folder)).keys()];
  return all.filter((name) => fitsPattern(name, simple)).map((name) => posix.join(folder, name));
}

/** `*` and `?`, as in a shell. Looks at no character more often than the pattern is long. */
export function fitsPattern(name: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let restart = 0;
  while (at < name.length) {
    const wanted = pattern[inPattern];
    if (wanted === "*") {
      star = inPattern++;
      restart = at;
    } else if (wanted === "?" || wanted === name[at]) {
      inPattern++;
      at++;
    } else if (star === -1) return false;
    else {
      inPattern = star + 1;
      at = ++restart;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
