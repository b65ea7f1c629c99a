/** A word of a text that a shell reads, which may name a file. */
export interface CommandWord {
  readonly text: string;
  /** Whether something stands before it that runs what it names, whatever that is */
  readonly isRun: boolean;
  /** Whether it's a name without a folder, which a shell looks for on its search path */
  readonly isBare: boolean;
}

/** No system call takes a longer path. */
const maxWordLength = 4096;
const separators = /[\s"'=;&|()<>`$!,{}]+/;
/** Also what stands between the parts of a search path, and of `python:FILE:NAME` */
const colons = /[\s"'=;&|()<>`$!,{}:]+/;
const unescapedSeparators = /(?<!\\)[\s"'=;&|()<>`$!,{}]+/;
const braces = /\{([^\s{}]{0,1024},[^\s{}]{0,1024})\}/g;
/** What may stand directly before and behind a list in braces */
const maxAround = 256;
const runner =
  /(?:^|[\s;&|("'`])(?:\.|source|exec|eval|-f|--file|<|(?:[\w./-]*\/)?(?:env|(?:ba|da|z|k|fi)?sh|node|deno|bun|python[\d.]*|ruby|perl|php|lua|tclsh|pwsh))\s+(?:-[\w-]+\s+)*["']?([^\s"';&|]+)/g;
const absolute = /(?:^|[\s=!;&|(])["']?(\/[^\s"';&|()<>`$,{}]*)/g;
const moduleOption = /(?:^|\s)-m\s{0,8}([\w.]{1,512})(?![\w.])/g;

/**
 * Every word of a text that may name a file, however its shell gets there: `$PWD/x`, `my\ x`,
 * `"$(git rev-parse --show-toplevel)/x"`, `x/{a,b}.sh`. Which of them are there is found out by the caller.
 */
export function toCommandWords(text: string): readonly CommandWord[] {
  const run = new Set([...text.matchAll(runner)].flatMap(([, word = ""]) => withEnds(word)));
  const modules = [...text.matchAll(moduleOption)].flatMap(([, name = ""]) => toModuleFiles(name));
  const whole = new Set([...text.matchAll(absolute)].map(([, word = ""]) => word));
  const words = new Map<string, boolean>();
  for (const part of toParts(text)) {
    const isBare = !part.includes("/");
    // Where nothing stands before its slash it's all of a path
    for (const word of whole.has(part) ? [part] : withEnds(part))
      words.set(word, isBare && words.get(word) !== false);
  }
  return [
    ...[...words].map(([word, isBare]) => ({ text: word, isRun: run.has(word), isBare })),
    ...modules.map((word) => ({ text: word, isRun: true, isBare: false })),
  ];
}

/** Words between blanks, and texts between quotes. */
function toParts(text: string): readonly string[] {
  const quoted = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].flatMap(([, a, b]) => a ?? b ?? []);
  const escaped = text.split(unescapedSeparators).map((word) => word.replaceAll("\\", ""));
  return [
    ...text.split(separators),
    ...text.split(colons),
    ...quoted,
    ...escaped,
    ...toExpanded(text),
  ];
}

/** What a shell makes of a list in braces. */
function toExpanded(text: string): readonly string[] {
  return [...text.matchAll(braces)].flatMap(({ 0: whole, 1: list = "", index }) => {
    const end = index + whole.length;
    const before =
      text
        .slice(Math.max(0, index - maxAround), index)
        .split(separators)
        .at(-1) ?? "";
    const after = text.slice(end, end + maxAround).split(separators)[0] ?? "";
    return list.split(",").map((one) => `${before}${one}${after}`);
  });
}

/** A word, and each end of it behind a slash: a variable or a command may stand before it. */
function withEnds(word: string): readonly string[] {
  if (word.length > maxWordLength) return [];
  const parts = word.split("/");
  return parts
    .map((_, index) => parts.slice(index).join("/"))
    .filter((end) => end !== "" && end !== ".");
}

/** Files that `python -m NAME` may run (Python's documentation, "Command line and environment"). */
function toModuleFiles(name: string): readonly string[] {
  const parts = name.split(".").filter((part) => part !== "");
  const path = parts.join("/");
  const packages = parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/__init__.py`);
  return path === "" ? [] : [`${path}.py`, `${path}/__main__.py`, ...packages];
}
