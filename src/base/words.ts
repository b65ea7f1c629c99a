/** The words of a table that is written as a text, with blanks and line breaks between them. */
export function toWords(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** The same, to look up whether a word is in it. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(toWords(text));
}

/**
 * What is said of each word, from rows of a text and the words that it holds for. A `*` in the text is the word itself, with
 * blanks for what joins its parts.
 */
export function saidOfWords(
  rows: readonly (readonly [said: string, words: string])[],
): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap(([said, words]) =>
      toWords(words).map(
        (word) => [word, said.replace("*", word.replaceAll(/[-_]/g, " "))] as const,
      ),
    ),
  );
}
