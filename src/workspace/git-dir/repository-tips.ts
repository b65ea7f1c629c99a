import type { Folder } from "../../base/fs/beneath.ts";
import { createScanBudget, type ScanBudget } from "../scan-budget.ts";
import { readFolder } from "../read-folder.ts";
import { readLine } from "./git-location.ts";

/** A repository with more refs than this has its first ones known; what isn't known counts as new. */
const maxTips = 100_000;
const maxPackedRefsBytes = 64 * 1024 * 1024;
const maxDepth = 32;
/** For all that is read of one repository */
const limits = { entries: 500_000, findings: 0, bytes: 256 * 1024 * 1024, ms: 10_000 };
const objectId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Where loose refs are, and who takes what they say. */
interface LooseRefs {
  readonly folder: Folder;
  readonly add: (text: string | undefined) => void;
  readonly budget: ScanBudget;
}

/**
 * Object ids of HEAD, of every loose ref and of `packed-refs`, each once.
 * @throws Error of the system
 */
export async function readTips(
  gitFolder: Folder,
  commonFolder: Folder,
): Promise<readonly string[]> {
  const budget = createScanBudget(limits);
  const tips = new Set<string>();
  const add = (text: string | undefined): void => {
    if (text !== undefined && objectId.test(text) && tips.size < maxTips) tips.add(text);
  };
  add(readLine(gitFolder, "HEAD"));
  using refs = commonFolder.open("refs");
  if (refs !== undefined) await addLoose({ folder: refs, add, budget }, 0);
  using own = gitFolder.open("refs");
  if (own !== undefined) await addLoose({ folder: own, add, budget }, 0);
  const packed = commonFolder.read("packed-refs", maxPackedRefsBytes)?.toString("latin1") ?? "";
  for (const line of packed.split("\n")) {
    if (tips.size >= maxTips) break;
    if (line.startsWith("#")) continue;
    // `^` is the commit that the tag of the line before points to
    add(line.startsWith("^") ? line.slice(1) : line.split(" ")[0]);
  }
  return [...tips];
}

async function addLoose({ folder, add, budget }: LooseRefs, depth: number): Promise<void> {
  if (depth > maxDepth) return;
  for (const { name, kind } of await readFolder(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    if (kind === "file") add(readId(folder, name));
    if (kind !== "folder") continue;
    using inner = folder.open(name);
    if (inner !== undefined) await addLoose({ folder: inner, add, budget }, depth + 1);
  }
}

function readId(folder: Folder, name: string): string | undefined {
  return folder.read(name, 256)?.toString("latin1").trim();
}
