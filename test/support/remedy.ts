/** The command that a refusal, a hint or a summary proposes: what a user copies, up to the end of its line. */
export function findCommands(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => /(?:^|: )(vaultbox .+)$/.exec(line)?.[1] ?? []);
}

/**
 * The words of a command as a POSIX shell reads them. What a shell would read as more than words is an error: a user who
 * copies the line would run something else.
 */
export function toShellWords(command: string): readonly string[] {
  const words: string[] = [];
  const rest = command.replaceAll(
    /(?:'[^']*'|[A-Za-z0-9_@%+=:,./…-])+/g,
    (word) => `${words.push(word.replaceAll("'", ""))} `,
  );
  if (!/^[\d ]*$/.test(rest)) throw new Error(`not plain words: ${command}`);
  return words;
}
