import { stripVTControlCharacters } from "node:util";
import { shortened, toPrintable } from "../../base/printable.ts";
import { revealedSecrets, withoutUserInfo } from "../../base/redact.ts";

/** How a command is shown before it runs; of a build that fails, the last one shown is the one that failed */
export const commandMark = "$ ";
/** Characters of one line; what runs in a build may print without end */
const maxLineLength = 2000;

/**
 * One line of a build's output for people: printable, without colours, without passwords of proxies and of addresses,
 * and cut where it's very long.
 */
export function toBuildLine(text: string): string {
  const plain = stripVTControlCharacters(text).trim();
  const open = withoutUserInfo(revealedSecrets.redact(plain));
  return toPrintable(shortened(open, maxLineLength));
}
