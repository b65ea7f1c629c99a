// How git's settings are written (git-config(1), "syntax"). The text may be a sandbox's work, and as long as it likes.

/** A setting's name with its `=` */
const nameAndSign = /([A-Za-z][\w.:-]*)([ \t]*=[ \t]*)/y;
const blanks = /[ \t]*/y;
/** What a setting begins with: a section, a name with `=`, both on one line, or none of them. */
export function readHead(
  text: string,
  from: number,
): {
  readonly blank: string;
  readonly section: string | undefined;
  /** Blanks behind the section */
  readonly behind: string;
  readonly name: string | undefined;
  readonly sign: string;
  /** Characters of all of it */
  readonly length: number;
} {
  const blank = readBlanks(text, from);
  const start = from + blank.length;
  const end = text[start] === "[" ? findSectionEnd(text, start + 1) : -1;
  const section = end === -1 ? undefined : text.slice(start + 1, end);
  const behind = end === -1 ? "" : readBlanks(text, end + 1);
  const at = end === -1 ? start : end + 1 + behind.length;
  nameAndSign.lastIndex = at;
  const [whole = "", name, sign = ""] = nameAndSign.exec(text) ?? [];
  return { blank, section, behind, name, sign, length: at + whole.length - from };
}

function readBlanks(text: string, at: number): string {
  blanks.lastIndex = at;
  return blanks.exec(text)?.[0] ?? "";
}

/** Offset of its `]`, -1 for none. An expression overflows the stack on a long one, which a sandbox may have written. */
function findSectionEnd(text: string, from: number): number {
  let isQuoted = false;
  for (let at = from; at < text.length && text[at] !== "\n"; at++) {
    const letter = text[at];
    if (letter === "]" && !isQuoted) return at;
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === "\\" && (!isQuoted || text[++at] === "\n")) return -1;
  }
  return -1;
}

/** A value without quotes, escapes, continued lines and a comment; where that begins, and where the last line ends. */
export function readValue(
  text: string,
  from: number,
): { readonly value: string; readonly commentAt: number; readonly end: number } {
  let value = "";
  let isQuoted = false;
  let commentAt: number | undefined;
  let index = from;
  for (; index < text.length && text[index] !== "\n"; index++) {
    const letter = text[index] ?? "";
    if (commentAt !== undefined) continue;
    if (letter === "\\") {
      index++;
      if (text[index] === "\r" && text[index + 1] === "\n") index++;
      const next = text[index] ?? "";
      if (next !== "\n") value += next === "n" || next === "t" ? " " : next;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (letter === "#" || letter === ";")) commentAt = index;
    else value += letter;
  }
  const end = Math.min(index + 1, text.length);
  return { value: value.trim(), commentAt: commentAt ?? end, end };
}
