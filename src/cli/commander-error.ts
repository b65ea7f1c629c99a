import { toPrintable } from "../base/printable.ts";

/**
 * commander's message in our voice: `vaultbox: error: unknown option '--alow'` and a hint below it. What was typed may
 * hold escape sequences and line breaks, so each of our lines is made printable.
 * @param path the command it is about: `vaultbox run`
 */
export function toErrorLines(text: string, path: string): readonly string[] {
  const [, message = "", suggestion] = messagePattern.exec(reword(text.trimEnd())) ?? [];
  const hint =
    suggestion === undefined
      ? `"${path} --help" shows how it is used`
      : `${suggestion.charAt(0).toLowerCase()}${suggestion.slice(1)}`;
  return [`vaultbox: ${toPrintable(message)}`, `vaultbox: hint: ${toPrintable(hint)}`];
}

/** Only commander's own suggestion is a line of its own; other line breaks were typed. */
const messagePattern = /^([^]*?)(?:\n\((Did you mean [^\n]*)\))?$/;

/** Our voice; and what was typed in a wrong place may be a secret: an option's value, arguments nobody asked for. */
function reword(text: string): string {
  return text
    .replace(/'(--[\w-]+)=[^]*'/, "'$1=…'")
    .replace(/(unknown option '-[A-Za-z])[^'-][^]*'/, "$1…'")
    .replace(
      /(too many arguments[^]*?)\. Expected (\d+) arguments? but got (\d+): [^]*/,
      "$1: $3, not $2",
    )
    .replace(/ is invalid\. Allowed choices are ([^]*)\.$/, " is none of $1");
}
