import { toPrintable } from "../base/printable.ts";

/** A text as code in a document for agents. An earlier sandbox may have chosen it: no backtick ends what is only a name. */
export function toCodeSpan(text: string): string {
  return `\`${toPrintable(text).replaceAll("`", String.raw`\x60`)}\``;
}
