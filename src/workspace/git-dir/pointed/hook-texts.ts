import { basename, dirname, join } from "node:path";
import type { Folder } from "../../../base/fs/beneath.ts";
import { quoted } from "../../../base/printable.ts";
import { toNameText } from "../../../base/fs/name-text.ts";
import { openOrNothing, toRealPath } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { readFolderOrNothing } from "../../read-folder.ts";

/** Hooks are scripts of some lines; what a larger one names isn't looked for, and that is said. */
const maxTextBytes = 256 * 1024;
/** Git's own example, which it doesn't run */
const sample = /\.sample$/;

/** The text of a hook. */
export interface HookText {
  readonly text: string;
  /** Where it lies, and where it's found */
  readonly folders: readonly string[];
}

/** The texts of what is in a folder of hooks, by where links there lead to. */
export async function readHookTexts(
  path: string,
  { budget, notes }: { readonly budget: ScanBudget; readonly notes: string[] },
): Promise<readonly HookText[]> {
  using folder = openOrNothing(path);
  if (folder === undefined) return [];
  const found: HookText[] = [];
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return found;
    if (sample.test(name) || (kind !== "file" && kind !== "link")) continue;
    const end = kind === "link" ? toRealPath(join(path, name)) : join(path, name);
    if (end === undefined) continue;
    using around = kind === "link" ? openOrNothing(dirname(end)) : undefined;
    const text = readText(around ?? folder, kind === "link" ? basename(end) : name, budget);
    if (text !== undefined) found.push({ text, folders: [...new Set([path, dirname(end)])] });
    else
      notes.push(
        `what the hook ${quoted(join(path, name))} runs isn't protected: it can't be read, or is too long`,
      );
  }
  return found;
}

function readText(folder: Folder, name: string, budget: ScanBudget): string | undefined {
  const content = folder.read(name, maxTextBytes);
  budget.spend("entries");
  budget.spend("bytes", content?.length);
  return content && toNameText(content);
}
