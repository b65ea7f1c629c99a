import type { Writable } from "node:stream";
import { styleText } from "node:util";

/** A word of a line that gets a colour. The word says it all: a colour is never the only sign. */
export interface Paint {
  /** With the flag `d`; its first group is the word */
  readonly pattern: RegExp;
  readonly style: "red" | "green" | "yellow" | "cyan";
}

/** What every command says in the same way. */
const voice: readonly Paint[] = [
  { pattern: /^vaultbox: (error):/d, style: "red" },
  { pattern: /^vaultbox: (warning):/d, style: "yellow" },
  { pattern: /^vaultbox: (hint):/d, style: "cyan" },
  { pattern: /^vaultbox: {3}(DANGEROUS):/d, style: "red" },
  { pattern: /^vaultbox: \d+ requests?, ([1-9]\d* refused)/d, style: "yellow" },
];

/**
 * A printable line with the colours of its first word that has one, on a terminal that shows colours: Node's rules, with
 * NO_COLOR, FORCE_COLOR and TERM (util.styleText).
 */
export function paintLine(line: string, paints: readonly Paint[], stream: Writable): string {
  for (const { pattern, style } of [...voice, ...paints]) {
    const place = pattern.exec(line)?.indices?.[1];
    if (place === undefined) continue;
    const [from, to] = place;
    const word = styleText(style, line.slice(from, to), { stream });
    return line.slice(0, from) + word + line.slice(to);
  }
  return line;
}
