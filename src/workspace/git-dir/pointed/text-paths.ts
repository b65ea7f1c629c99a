import { posix } from "node:path";
import { toCommandWords, type CommandWord } from "./command-words.ts";
import { findMatches, isPattern } from "./name-pattern.ts";
import { toPointed, type PointedKind, type PointedPath } from "./pointed-paths.ts";
import type { TreeNames } from "./tree-names.ts";

/** Names of a program's file that its user leaves out: Node's modules, a package of Python's. */
const endings = [".js", ".cjs", ".mjs", ".ts", "/index.js", "/__main__.py"];
/** What make reads in a folder (make's manual, "What Name to Give Your Makefile"). */
const makeFiles = ["GNUmakefile", "makefile", "Makefile"];

/** The text of a command or a hook, with the folders that words in it may be meant from. */
export interface CommandText {
  readonly text: string;
  /** Absolute */
  readonly folders: readonly string[];
  readonly by: PointedPath["by"];
  readonly isData: boolean;
}

/**
 * What there is of the files that a text names, in folders that the sandbox has. Each folder that it names is one that
 * its other words may be meant from: `cd tools && ./x`, `make -C tools`, `D=tools; $D/x`.
 */
export async function toTextPaths(
  { text, folders, by, isData }: CommandText,
  names: TreeNames,
): Promise<readonly PointedPath[]> {
  const words = toCommandWords(text);
  const named = new Set<string>();
  for (const folder of folders) {
    for (const { text: word } of await toLikely(words, folder, names)) {
      const path = posix.resolve(folder, word);
      const isAround = names.roots.some((root) => root.startsWith(`${path}/`));
      if (isAround || (await names.find(path))?.kind === "folder") named.add(path);
    }
  }
  const found = new Map<string, PointedPath>();
  const add = (path: string, kind: PointedKind, { isRun, isBare, from }: Manner): void => {
    const known = found.get(`${kind} ${path}`);
    found.set(`${kind} ${path}`, {
      ...toPointed(path, kind),
      isData,
      by,
      isRun: isRun || known?.isRun === true,
      isBare: isBare && known?.isBare !== false,
      ...(from === undefined || (known !== undefined && known.from === undefined) ? {} : { from }),
    });
  };
  for (const folder of new Set([...folders, ...named])) {
    for (const word of await toLikely(words, folder, names)) {
      await addWord(names, { folder, word, add });
    }
  }
  if (words.some(({ text: word }) => /^(?:g|b|nmake|re)?make$/.test(word))) {
    for (const path of [...named].flatMap((one) => makeFiles.map((file) => `${one}/${file}`))) {
      if ((await names.find(path))?.kind === "file") add(path, "file", run);
    }
  }
  return [...found.values()];
}

/** Words without those that begin with nothing that is in the folder: most words of a text aren't looked for. */
async function toLikely(
  words: readonly CommandWord[],
  folder: string,
  { roots, list }: TreeNames,
): Promise<readonly CommandWord[]> {
  if (!roots.some((root) => folder === root || folder.startsWith(`${root}/`))) return words;
  const there = await list(folder);
  return words.filter(({ text, isRun }) => {
    const plain = text.replace(/^(?:\.\/+)+/, "");
    const end = plain.indexOf("/");
    const first = end === -1 ? plain : plain.slice(0, end);
    // An absolute path, the folder around, a pattern, or a name without its ending
    const isOther = first === "" || first === ".." || /[*?[]/.test(first) || (isRun && end === -1);
    return isOther || there.has(first);
  });
}

interface WordPlace {
  readonly folder: string;
  readonly word: CommandWord;
  readonly add: (path: string, kind: PointedKind, manner: Manner) => void;
}

type Manner = Pick<PointedPath, "isRun" | "isBare" | "from">;
const run: Manner = { isRun: true, isBare: false };

async function addWord(names: TreeNames, { folder, word, add }: WordPlace): Promise<void> {
  const { text, isRun } = word;
  if (isPattern(text)) {
    for (const match of await findMatches(names, folder, text)) {
      // Most patterns are for files that a command only reads
      const programs = match.paths.filter((one) => names.isRunnable(one));
      const { from } = match;
      if (programs.length > 0) add(match.folder, "matchFolder", { ...word, from });
      for (const one of programs) add(one, "file", { ...run, from });
    }
    return;
  }
  const path = posix.resolve(folder, text);
  const entry = await names.find(path);
  if (entry !== undefined && entry.path !== path) add(path, "link", word);
  if (entry?.kind === "file") return add(entry.path, "file", word);
  if (!text.includes("/") && !isRun) return;
  for (const ending of endings) {
    const longer = await names.find(`${path}${ending}`);
    if (longer?.kind === "file") add(longer.path, "file", word);
  }
}
