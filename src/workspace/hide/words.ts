/** A word of a line, as a shell takes it. */
export interface Word {
  /** Offset of its first character in the line, quotes included */
  readonly from: number;
  /** Offset behind its last one */
  readonly to: number;
  /** Without quotes and escapes */
  readonly text: string;
  /** Offset in `text` from which quotes or an escape keep a `$` from meaning anything; undefined: nowhere */
  readonly literalFrom: number | undefined;
}

/**
 * Splits a line at blanks that are in no quotes. A quote without an end is a character like any other: the line may be no
 * command at all.
 */
export function toWords(line: string): readonly Word[] {
  const words: Word[] = [];
  const closing = createClosing(line);
  for (let at = 0; at < line.length;) {
    if (isBlank(line[at])) at++;
    else {
      const word = readWord(line, at, closing);
      words.push(word);
      at = word.to;
    }
  }
  return words;
}

/** The word with another text in the same place of a line. */
export function toWritten(line: string, { from, to, text }: Word, shown: string): string {
  const written = line.slice(from, to);
  if (written === text) return shown;
  const quote = written[0] === '"' && written.at(-1) === '"' ? '"' : "'";
  const escaped =
    quote === '"'
      ? shown.replaceAll(/["\\]/g, String.raw`\$&`)
      : shown.replaceAll("'", String.raw`'\''`);
  return `${quote}${escaped}${quote}`;
}

/** Letters that mean themselves */
const plain = /[^\s"'\\]+/y;

function readWord(line: string, from: number, closing: (at: number) => number): Word {
  let text = "";
  let literalFrom: number | undefined;
  let at = from;
  while (at < line.length && !isBlank(line[at])) {
    const letter = line[at] ?? "";
    const end = letter === "'" || letter === '"' ? closing(at) : -1;
    if (end !== -1) {
      const inner = line.slice(at + 1, end);
      if (letter === "'" || inner.includes(String.raw`\$`)) literalFrom ??= text.length;
      text += letter === "'" ? inner : inner.replaceAll(/\\(.)/gs, "$1");
      at = end + 1;
    } else if (letter === "\\" && at + 1 < line.length) {
      if (line[at + 1] === "$") literalFrom ??= text.length;
      text += line[at + 1] ?? "";
      at += 2;
    } else if (letter === "\\" || letter === "'" || letter === '"') {
      text += letter;
      at++;
    } else {
      plain.lastIndex = at;
      text += plain.exec(line)?.[0] ?? letter;
      at = Math.max(plain.lastIndex, at + 1);
    }
  }
  return { from, to: at, text, literalFrom };
}

/** Finds where a quote ends, -1 for nowhere. A sandbox may have written the line: each missing end is looked for once. */
function createClosing(line: string): (at: number) => number {
  const endless = new Set<string>();
  return (at) => {
    const quote = line[at] ?? "";
    if (endless.has(quote)) return -1;
    let end = at + 1;
    while (end < line.length && line[end] !== quote) {
      end += quote === '"' && line[end] === "\\" ? 2 : 1;
    }
    if (end < line.length) return end;
    endless.add(quote);
    return -1;
  };
}

function isBlank(letter: string | undefined): boolean {
  return letter === " " || letter === "\t" || letter === "\r" || letter === "\n";
}
