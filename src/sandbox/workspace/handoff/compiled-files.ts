import { toShellWord } from "../../../shell-word.ts";
import { clockSlackNs } from "../clock-slack.ts";
import type { Mark } from "../scan/mark.ts";
import { isCompiledKind, isForged } from "../scan/compiled-mark.ts";
import { compiledFiles } from "../scan/host-files/compiled.ts";
import type { Baseline } from "./baseline.ts";
import type { Found } from "./found.ts";
import type { CompiledFiles, HandoffEntry } from "./handoff.ts";

/** As long as the clock of a local file system is behind, `ns`. */
const tickNs = 50_000_000n;

/** When a session began to make files: what is older by less than the slack is the user's build. */
export function toMadeSince({ since, begun = since }: Baseline): bigint {
  return begun + clockSlackNs - tickNs;
}

/** Compiled files that Python takes for those of a source which they aren't made of. */
export function findForged(
  before: ReadonlyMap<string, Mark>,
  marks: ReadonlyMap<string, Mark>,
): readonly HandoffEntry[] {
  const entries: HandoffEntry[] = [];
  for (const [path, { kind, state }] of marks) {
    const was = before.get(path);
    if (!isCompiledKind(kind) || !isForged(was?.state, state)) continue;
    const change = was === undefined ? "new" : "changed";
    const detail = "not made of the source that it names; remove it";
    entries.push({ change, kind: "compiled files that run instead of their source", path, detail });
  }
  return entries;
}

/** How many compiled files are new or changed, and what removes them; undefined for none. */
export function toCompiledFiles(all: readonly Found[]): CompiledFiles | undefined {
  const found = all.filter(({ scan }) => scan.made.size > 0);
  const made = new Map<string, number>();
  for (const { scan } of found) {
    for (const [tool, count] of scan.made) made.set(tool, (made.get(tool) ?? 0) + count);
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const tools = [...made.keys()];
  const places = found.map(({ root }) => toShellWord(root.source)).join(" ");
  const since = new Date(Number(toMadeSince(first.baseline) / 1_000_000n));
  const time = since.toISOString().slice(0, 19).replace("T", " ");
  const names = compiledFiles
    .filter(({ kind }) => made.has(kind))
    .flatMap(({ patterns }) => patterns.split(" "))
    .map(toTest);
  return {
    count: [...made.values()].reduce((sum, count) => sum + count, 0),
    tools,
    remove: `find ${places} -type f -newerct '${time} UTC' \\( ${names.join(" -o ")} \\) -delete`,
  };
}

/** What find(1) tells files of a pattern by. */
function toTest(pattern: string): string {
  if (pattern.endsWith("/")) return `-path '*/${pattern}*'`;
  return pattern.includes("/") ? `-path '*/${pattern}'` : `-name '${pattern}'`;
}
