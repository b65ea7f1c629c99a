import { toPrintable } from "../../../printable.ts";
import type { Handoff, HandoffEntry } from "./handoff.ts";

/** Lines on the terminal; the audit has every entry. */
const maxLines = 12;
const maxPathsInLine = 4;
const maxPathLength = 60;

const order: readonly HandoffEntry["change"][] = ["held", "dangerous", "new", "changed", "removed"];

/** A run's hand-off for the terminal; empty when there is nothing to say. */
export function handoffLines(
  { entries, complete }: Handoff,
  who = "the sandbox",
): readonly string[] {
  const lines: string[] = [];
  const loud = entries.filter(({ change }) => change === "held" || change === "dangerous");
  for (const { change, path, detail = "" } of loud.slice(0, 4))
    lines.push(toLoud(change, path, detail));
  if (loud.length > 4) lines.push(`  and ${loud.length - 4} more repositories like these`);
  const groups = group(entries.filter((entry) => !loud.includes(entry)));
  const room = maxLines - lines.length - 2;
  for (const text of groups.slice(0, groups.length > room ? room - 1 : room))
    lines.push(`  ${text}`);
  if (groups.length > room) lines.push(`  and ${groups.length - room + 1} more kinds of files`);
  if (!complete)
    lines.push("  the workspace is too large to look through; not all of it was compared");
  if (lines.length === 0) return [];
  return [
    `${who} left ${entries.length} ${entries.length === 1 ? "thing" : "things"} that programs of this machine run or go by:`,
    ...lines,
  ];
}

function toLoud(change: HandoffEntry["change"], path: string, detail: string): string {
  const what = change === "held" ? "held back" : "DANGEROUS";
  return `  ${what}: ${toShort(path)} ${toPrintable(detail)}`;
}

/** One line a kind: how many, and the first of them. */
function group(entries: readonly HandoffEntry[]): readonly string[] {
  const kinds = new Map<string, HandoffEntry[]>();
  for (const entry of entries.toSorted(
    (a, b) => order.indexOf(a.change) - order.indexOf(b.change),
  )) {
    kinds.set(entry.kind, [...(kinds.get(entry.kind) ?? []), entry]);
  }
  return [...kinds].map(([kind, all]) => {
    const shown = all
      .slice(0, maxPathsInLine)
      .map((entry) => `${toShort(entry.path)} (${toChange(entry)})`);
    const more = all.length > shown.length ? `, and ${all.length - shown.length} more` : "";
    return `${kind}: ${shown.join(", ")}${more}`;
  });
}

function toChange({ change, detail }: HandoffEntry): string {
  return detail === undefined ? change : `${change}: ${toPrintable(detail)}`;
}

function toShort(path: string): string {
  const cut = path.length > maxPathLength ? `…${path.slice(-maxPathLength)}` : path;
  return toPrintable(cut);
}
