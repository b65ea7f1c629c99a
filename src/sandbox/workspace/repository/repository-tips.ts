import type { Folder } from "../../../files/beneath.ts";
import { readLine } from "./git-location.ts";

/** A repository with more refs than this has its first ones known; what isn't known counts as new. */
const maxTips = 100_000;
const maxPackedRefsBytes = 64 * 1024 * 1024;
const maxDepth = 32;
const objectId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Object ids of HEAD, of every loose ref and of `packed-refs`, each once. */
export function readTips(gitFolder: Folder, commonFolder: Folder): readonly string[] {
  const tips = new Set<string>();
  const add = (text: string | undefined): void => {
    if (text !== undefined && objectId.test(text) && tips.size < maxTips) tips.add(text);
  };
  add(readLine(gitFolder, "HEAD"));
  using refs = commonFolder.open("refs");
  if (refs !== undefined) addLoose(refs, add, 0);
  using own = gitFolder.open("refs");
  if (own !== undefined) addLoose(own, add, 0);
  const packed = commonFolder.read("packed-refs", maxPackedRefsBytes)?.toString("latin1") ?? "";
  for (const line of packed.split("\n")) {
    if (line.startsWith("#")) continue;
    // `^` is the commit that the tag of the line before points to
    add(line.startsWith("^") ? line.slice(1) : line.split(" ")[0]);
  }
  return [...tips];
}

function addLoose(folder: Folder, add: (text: string | undefined) => void, depth: number): void {
  if (depth > maxDepth) return;
  for (const { name, kind } of folder.entries()) {
    if (kind === "file") add(readId(folder, name));
    if (kind !== "folder") continue;
    using inner = folder.open(name);
    if (inner !== undefined) addLoose(inner, add, depth + 1);
  }
}

function readId(folder: Folder, name: string): string | undefined {
  return folder.read(name, 256)?.toString("latin1").trim();
}
