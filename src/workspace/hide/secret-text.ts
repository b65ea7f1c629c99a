// Secrets within a text, by what is around them or by their own form. The text may be a sandbox's work: nothing here
// looks at a character more than a few times.
import { withoutUserInfo, withoutUserOfHost } from "./address.ts";
import { findSecret } from "./secret-forms.ts";
import type { ReferenceTest } from "./secret-names.ts";
import { toWords, toWritten } from "./words.ts";

/** Stands where a secret was. */
const hidden = "hidden";
/** What a line has that isn't ordinary words: every form has one of these, or a token's own look */
const sign = /[@=:?-]|pass|bearer|basic|token|digest|apikey|[A-Za-z0-9]{20}/i;
/** Commands within commands, each in quotes */
const maxDepth = 3;
/** Nobody writes a longer line, and a look at one takes long: all of it is hidden, characters */
const maxLineLength = 32 * 1024;

/**
 * A text without the secrets in it: an address loses its user and password, and where another secret begins the rest of
 * the line goes, as nobody can say where it ends.
 * @param isReference in a text where `$NAME` and the like aren't what they read
 */
export function hideSecretsInText(
  text: string,
  isReference: ReferenceTest = (): boolean => false,
): string {
  return text
    .split("\n")
    .map((line) => {
      if (!sign.test(line)) return line;
      return line.length > maxLineLength ? hidden : hideInLine(line, isReference, 0);
    })
    .join("\n");
}

function hideInLine(line: string, isReference: ReferenceTest, depth: number): string {
  const before: string[] = [];
  let shown = "";
  let at = 0;
  for (const word of toWords(line)) {
    const isCommand = depth < maxDepth && /\s/.test(word.text);
    const isKept = word.literalFrom === undefined ? isReference : undefined;
    const bare = isCommand ? word.text : withoutUserInfo(word.text, isKept);
    const secret = findSecret({ ...word, text: bare }, { words: before, isReference });
    const cut = secret === undefined ? bare : `${bare.slice(0, secret)}${hidden}`;
    const text = isCommand
      ? hideInLine(cut, isReference, depth + 1)
      : withoutUserOfHost(cut, isKept);
    if (text !== word.text) {
      shown += line.slice(at, word.from) + toWritten(line, word, text);
      at = word.to;
    }
    if (secret !== undefined) return shown + (line.endsWith("\r") ? "\r" : "");
    before.push(word.text);
  }
  return shown + line.slice(at);
}
