import type { Folder } from "../../base/fs/beneath.ts";
import { toWrittenName } from "../../base/fs/name-text.ts";
import { readPlace } from "../hide/hidden-once.ts";
import { toTold } from "../roots/mounted-root.ts";
import { isCompiledKind, isForged } from "../scan/compiled-executable.ts";
import type { HostExecutable } from "../scan/host-executable.ts";
import type { Scan } from "../scan/scan.ts";
import type { Baseline } from "./baseline.ts";
import { isNewProgram } from "./disable-places.ts";
import type { Found } from "./found.ts";
import type { CompiledFiles, HandoffEntry } from "./handoff.ts";

/** Folders whose mode kept their owner out, which is what somebody would do who hides something there. */
export function findOpened({ opened }: Scan): readonly HandoffEntry[] {
  const kind = "closed folders, open now";
  return opened.map((names) => ({ change: "changed", kind, path: names.join("/") }));
}

/** A program of the host that reads a pipe waits for it, and one that finds a socket may talk to it. */
export function findSpecial({ special }: Baseline, scan: Scan): readonly HandoffEntry[] {
  const known = new Set(special);
  return scan.special
    .map((names) => names.join("/"))
    .filter((path) => !known.has(path))
    .map((path) => ({ change: "new", kind: "sockets, pipes and devices", path }));
}

/**
 * A hidden file can be moved with a folder around it, to where the next run may not look for it, and another one put in
 * its place.
 */
export function findMoved(
  { hidden, hiddenAs = [] }: Baseline,
  root: Folder,
): readonly HandoffEntry[] {
  const kind = "hidden files, removed or moved";
  const keys = new Map(hiddenAs.map(({ path, key }) => [path, key]));
  const entries: HandoffEntry[] = [];
  for (const path of hidden) {
    const now = readPlace(root, path.split("/"))?.key ?? "";
    if (now === "") entries.push({ change: "removed", kind, path });
    else if (now !== (keys.get(path) ?? now)) {
      entries.push({ change: "changed", kind, path, detail: "another one is there now" });
    }
  }
  return entries;
}

export function compareExecutables(found: Found): readonly HandoffEntry[] {
  const { scan } = found;
  const before = found.baseline.executables;
  const entries: HandoffEntry[] = [];
  for (const [path, { kind, state }] of scan.executables) {
    const was = before.get(path);
    if (was?.state === state || isCompiledKind(kind)) continue;
    if (isNewProgram(found, path, kind)) continue;
    const detail = toReviewDetail(kind);
    const change = was === undefined ? "new" : "changed";
    entries.push({ change, kind, path, ...(detail === undefined ? {} : { detail }) });
  }
  // What a limit kept the walk from isn't gone
  if (!scan.complete) return entries;
  for (const [path, { kind }] of before) {
    if (!scan.executables.has(path) && !isCompiledKind(kind))
      entries.push({ change: "removed", kind, path });
  }
  return entries;
}

/** Compiled files that Python takes for those of a source which they aren't made of. */
export function findForged(
  before: ReadonlyMap<string, HostExecutable>,
  executables: ReadonlyMap<string, HostExecutable>,
): readonly HandoffEntry[] {
  const entries: HandoffEntry[] = [];
  for (const [path, { kind, state }] of executables) {
    const was = before.get(path);
    if (!isCompiledKind(kind) || !isForged(was?.state, state)) continue;
    const change = was === undefined ? "new" : "changed";
    const detail = "not made of the source that it names; remove it";
    entries.push({ change, kind: "compiled files that run instead of their source", path, detail });
  }
  return entries;
}

/** Compiled files that are new or changed; undefined for none. */
export function toCompiledFiles(all: readonly Found[]): CompiledFiles | undefined {
  const made = new Map<string, number>();
  for (const { scan } of all) {
    for (const [tool, count] of scan.made) made.set(tool, (made.get(tool) ?? 0) + count);
  }
  if (made.size === 0) return undefined;
  return {
    count: [...made.values()].reduce((sum, count) => sum + count, 0),
    tools: [...made.keys()],
    paths: all.flatMap(({ root, scan }) =>
      scan.madePaths.map((path) => toWrittenName(toTold(root, path))),
    ),
  };
}

/** By the kind of a host executable in the work tree: what shows what is there, whatever git is told there. */
const commands = new Map([
  // `-diff`, `diff=`, `binary` and programs of the user's own that the tree selects (gitattributes(5))
  ["git attributes", "git diff --text --no-textconv --no-ext-diff"],
  // `ignore = all` (gitmodules(5))
  ["git submodules", "git status --ignore-submodules=none"],
  ["names of authors", "git log --no-mailmap"],
]);

/** What the hand-off says beside a file that changes what git shows; undefined for others. */
function toReviewDetail(kind: string): string | undefined {
  const command = commands.get(kind);
  return command && `to see what is there: ${command}`;
}
