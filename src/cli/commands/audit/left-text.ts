import { unseenLines } from "../../../workspace/handoff/handoff-text.ts";
import type { Handoff } from "../../../workspace/handoff/handoff.ts";

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
  return [...found, ...compiledLines(compiled), ...unseenLines(handoff, "the sandbox")];
}

function compiledLines(compiled: Handoff["compiled"]): readonly string[] {
  if (compiled === undefined) return [];
  const { count, tools, paths } = compiled;
  const left = count - paths.length;
  return [
    `compiled files, new or changed, which run instead of source (${tools.join(", ")}):`,
    ...paths.map((path) => `  ${path}`),
    ...(left > 0 ? [`  and ${left} more, which no list has`] : []),
  ];
}
