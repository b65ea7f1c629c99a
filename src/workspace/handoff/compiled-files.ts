import { toWrittenName } from "../../base/fs/name-text.ts";
import { toTold } from "../roots/mounted-root.ts";
import type { HostExecutable } from "../scan/host-executable.ts";
import { isCompiledKind, isForged } from "../scan/compiled-executable.ts";
import type { Found } from "./found.ts";
import type { CompiledFiles, HandoffEntry } from "./handoff.ts";

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
