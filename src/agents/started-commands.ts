/** A program that starts the command in its own arguments. */
interface Wrapper {
  /** Options whose value is the next argument */
  readonly valued: readonly string[];
  /** Arguments of its own before the command */
  readonly operands: number;
}

/** From the manual pages of coreutils, util-linux, GNU time and X.Org's xvfb-run. */
const wrappers: Readonly<Record<string, Wrapper>> = {
  env: { valued: ["-u", "--unset", "-C", "--chdir"], operands: 0 },
  timeout: { valued: ["-s", "--signal", "-k", "--kill-after"], operands: 1 },
  nice: { valued: ["-n", "--adjustment"], operands: 0 },
  ionice: { valued: ["-c", "--class", "-n", "--classdata"], operands: 0 },
  nohup: { valued: [], operands: 0 },
  setsid: { valued: [], operands: 0 },
  stdbuf: { valued: ["-i", "--input", "-o", "--output", "-e", "--error"], operands: 0 },
  time: { valued: ["-f", "--format", "-o", "--output"], operands: 0 },
  flock: { valued: ["-w", "--timeout", "-E", "--conflict-exit-code"], operands: 1 },
  "xvfb-run": { valued: ["-n", "--server-num", "-s", "--server-args"], operands: 0 },
};
const shells: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "script"]);
/** Options of shells whose value is the next argument; each may stand in a cluster (`-eo pipefail`) */
const valuedShellOption = /^[-+][A-Za-z]*[oO]$/;
const textOption = /^(?:-[A-Za-z]*c|--command)$/;
const assignment = /^[A-Za-z_]\w*=/;
/** Wrappers within each other */
const maxDepth = 8;

/**
 * The commands that a command line starts, as far as the usual wrappers say so in their arguments: `env`, `timeout` and
 * the like, and the text of `sh -c`. A script is not looked into: what a sandbox could have written decides nothing here.
 */
export function readStartedCommands(
  command: readonly string[],
  depth = maxDepth,
): readonly (readonly string[])[] {
  const [program = "", ...rest] = command;
  const name = baseName(program);
  const inner = (words: readonly string[]): readonly (readonly string[])[] =>
    depth === 0 ? [] : readStartedCommands(words, depth - 1);
  const text = shells.has(name) ? findText(rest) : undefined;
  if (text !== undefined) return readShellCommands(text).flatMap(inner);
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (wrapper === undefined) return [command];
  if (name === "env") return inner(withoutAssignments(splitString(rest), wrapper));
  return inner(skipOptions(rest, wrapper).slice(wrapper.operands));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What follows the options; `--` ends them. */
export function skipOptions(
  words: readonly string[],
  { valued }: Pick<Wrapper, "valued">,
): readonly string[] {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") return words.slice(at + 1);
    if (!word.startsWith("-") || word === "-") return words.slice(at);
    if (valued.includes(word)) at += 1;
  }
  return [];
}

/** The text of `sh -c TEXT`. */
function findText(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (textOption.test(word)) {
      // Further options may be between: `bash -c -l TEXT`
      return skipOptions(words.slice(at + 1), { valued: ["-o", "-O", "+o", "+O"] })[0];
    }
    if (!/^[-+]./.test(word)) return undefined;
    if (valuedShellOption.test(word)) at += 1;
  }
  return undefined;
}

/** `env -S 'A=1 claude'` takes words from one argument. */
function splitString(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const joined = /^(?:-[vi0]*S|--split-string=)(.+)$/s.exec(word)?.[1];
    const isText = /^(?:-[vi0]*S|--split-string)$/.test(words[index - 1] ?? "");
    if (joined === undefined && !isText) return [word];
    return (joined ?? word).split(/\s+/).filter((part) => part !== "");
  });
}

function withoutAssignments(words: readonly string[], wrapper: Wrapper): readonly string[] {
  const rest = skipOptions(words, wrapper).filter((word) => word !== "-");
  const start = rest.findIndex((word) => !assignment.test(word));
  return start === -1 ? [] : rest.slice(start);
}

/** Words of a shell's grammar that a command may follow (POSIX.1-2024, XCU 2.4, 2.14); `time` is a command too. */
const leadingWords: ReadonlySet<string> = new Set(
  "! { if then elif else while until do exec command builtin".split(" "),
);
const shellAssignment = /^[A-Za-z_]\w*\+?=/;
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
  const start = words.findIndex((word) => !leadingWords.has(word) && !shellAssignment.test(word));
  return start === -1 ? [] : words.slice(start);
}
