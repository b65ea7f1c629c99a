/** Words of a shell's grammar that a command may follow (POSIX.1-2024, XCU 2.4, 2.14); `time` is a command too. */
const leadingWords: ReadonlySet<string> = new Set(
  "! { if then elif else while until do exec command builtin".split(" "),
);
const assignment = /^[A-Za-z_]\w*\+?=/;
/** A text that is longer is no command line that somebody wrote */
const maxLength = 64 * 1024;

/**
 * The simple commands of a shell's text as lists of words, each without the words of the grammar and the assignments
 * before it. Quotes are taken away; nothing is expanded, so a word is what was written.
 */
export function readShellCommands(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  const pieces = text.slice(0, maxLength).matchAll(
    // Quoted pieces, comments, redirections with their `&`, ends of commands, blanks, and all else
    /'(?<single>[^']*)'?|"(?<double>(?:[^"\\]|\\.)*)"?|\\(?<escaped>.)|(?<comment>(?<![^\s;&|()])#[^\n]*)|(?<redirection>[<>]&|&?[<>]+)|(?<end>[;&|()\n]+)|(?<blank>[^\S\n]+)|(?<plain>[^\s'"\\;&|()<>]+|.)/gs,
  );
  for (const { groups = {} } of pieces) {
    const { single, double, escaped, plain, end, comment } = groups;
    const part = single ?? double?.replaceAll(/\\(["\\$`\n])/g, "$1") ?? escaped ?? plain;
    if (part !== undefined) word = (word ?? "") + part;
    else if (comment === undefined) endWord();
    if (end !== undefined) commands.push([]);
  }
  endWord();
  return commands.map(withoutPrefix).filter((words) => words.length > 0);
}

function withoutPrefix(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !leadingWords.has(word) && !assignment.test(word));
  return start === -1 ? [] : words.slice(start);
}
