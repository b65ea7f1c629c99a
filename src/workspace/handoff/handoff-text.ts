import { plural } from "../../base/units.ts";
import { toPrintable } from "../../base/printable.ts";
import { toPathWord, toShellWord } from "../../base/shell-word.ts";
import { isLoud, type Handoff, type HandoffEntry } from "./handoff.ts";

/** Lines on the terminal; the audit has every entry. */
const maxLines = 12;
const maxPathsInLine = 4;
const maxPathLength = 60;
const maxDetailLength = 400;

const order = ["disabled", "dangerous", "new", "changed", "removed"] as const;

/** A run's hand-off for the terminal; empty when there is nothing to say. */
export function handoffLines(handoff: Handoff, who = "the sandbox"): readonly string[] {
  const { entries, more = 0 } = handoff;
  const lines: string[] = [];
  const loud = entries.filter(isLoud);
  for (const { change, path, detail = "" } of loud.slice(0, 4))
    lines.push(toLoud(change, path, detail));
  if (loud.length > 4) lines.push(`  and ${loud.length - 4} more like these`);
  const dangerous = loud.find(({ change }) => change === "dangerous");
  if (dangerous !== undefined) lines.push(`  ${toTakeOver(dangerous)}`);
  const groups = group(entries.filter((entry) => !isLoud(entry)));
  const room = maxLines - lines.length - 2;
  for (const text of groups.slice(0, groups.length > room ? room - 1 : room))
    lines.push(`  ${text}`);
  if (groups.length > room) lines.push(`  and ${groups.length - room + 1} more kinds of files`);
  if (more > 0) lines.push(`  and ${more} more things, which are not listed`);
  const count = entries.length + more;
  const head = `${who} left ${plural(count, "thing")} that programs of this machine run or go by:`;
  return [
    ...(lines.length === 0 ? [] : [head, ...lines]),
    ...compiledLines(handoff),
    ...unseenLines(handoff, who),
  ];
}

function compiledLines({ compiled }: Handoff): readonly string[] {
  if (compiled === undefined) return [];
  const { count, tools, paths } = compiled;
  const [files, run] = count === 1 ? ["file is", "runs"] : ["files are", "run"];
  const made = `${count} compiled ${files} new or changed (${tools.join(", ")})`;
  const shown = paths.slice(0, maxPathsInLine).map(toShort).join(", ");
  const more = count > maxPathsInLine ? `, and ${count - maxPathsInLine} more` : "";
  return [`${made}, which ${run} instead of source: ${shown}${more}`];
}

/** Said of a look that did not see all. */
function unseenLines({ complete, unseen }: Handoff, who: string): readonly string[] {
  if (complete) return [];
  const why = unseen === undefined ? "" : `: ${toShort(unseen)}`;
  return [
    `warning: not all that ${who} left in the workspace was looked at${why}`,
    "  don't run git, an editor or a build in it, and no remote in it that is new is read",
    "  remove what you don't know; the end of the next run there looks again",
  ];
}

function toLoud(change: HandoffEntry["change"], path: string, detail: string): string {
  const what = change === "disabled" ? "disabled" : "DANGEROUS";
  return `  ${what}: ${toShort(path)} ${toPrintable(cut(detail))}`;
}

/** Later runs try to hold what is dangerous, until the user says that it isn't. */
function toTakeOver({ path }: HandoffEntry): string {
  // A name that is no plain text isn't what the user would have to type
  const isPlain = toShellWord(path) === path && path.length <= maxPathLength;
  const place = isPlain ? toPathWord(path) : "PATH";
  return `once you know that what is DANGEROUS is yours, in the workspace: vaultbox trust ${place}`;
}

/** One line a kind: how many, and the first of them. */
function group(entries: readonly HandoffEntry[]): readonly string[] {
  const kinds = Map.groupBy(
    entries.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change)),
    ({ kind }) => kind,
  );
  return [...kinds].map(([kind, all]) => {
    const shown = all
      .slice(0, maxPathsInLine)
      .map((entry) => `${toShort(entry.path)} (${toChange(entry)})`);
    const more = all.length > shown.length ? `, and ${all.length - shown.length} more` : "";
    return `${kind}: ${shown.join(", ")}${more}`;
  });
}

function toChange({ change, detail }: HandoffEntry): string {
  return detail === undefined ? change : `${change}: ${toPrintable(cut(detail))}`;
}

/** Where it is now comes last. */
function cut(detail: string): string {
  if (detail.length <= maxDetailLength) return detail;
  return `${detail.slice(0, maxDetailLength - maxPathLength)}…${detail.slice(-maxPathLength)}`;
}

function toShort(path: string): string {
  const cut = path.length > maxPathLength ? `…${path.slice(-maxPathLength)}` : path;
  return toPrintable(cut);
}

/** All that a run left, one thing a line; whoever prints the lines makes them printable. */
export function toLeftLines(handoff: Handoff): readonly string[] {
  const { entries, more = 0, compiled } = handoff;
  const lines = entries.map(({ change, kind, path, detail }) => {
    const why = detail === undefined ? "" : `: ${detail}`;
    return `  ${change.padEnd("dangerous".length)}  ${kind}: ${path}${why}`;
  });
  if (more > 0) lines.push(`  and ${more} more, which no list has`);
  const found =
    lines.length === 0 ? [] : ["left for programs of this machine to run or go by:", ...lines];
  return [...found, ...allCompiledLines(compiled), ...unseenLines(handoff, "the sandbox")];
}

function allCompiledLines(compiled: Handoff["compiled"]): readonly string[] {
  if (compiled === undefined) return [];
  const { count, tools, paths } = compiled;
  const left = count - paths.length;
  return [
    `compiled files, new or changed, which run instead of source (${tools.join(", ")}):`,
    ...paths.map((path) => `  ${path}`),
    ...(left > 0 ? [`  and ${left} more, which no list has`] : []),
  ];
}
