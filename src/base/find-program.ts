import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { basename, delimiter, isAbsolute, join, resolve } from "node:path";
import { readWritableFolders } from "./folder-list.ts";
import {
  isPackageBin,
  toProgramEnvironment,
  toSearchPath,
  withoutPrograms,
} from "./program-environment.ts";
import { quoted } from "./printable.ts";
import type { WritableFolders } from "./writable-folders.ts";

/** A program of the host that no sandbox can put another one in the place of. */
export interface FoundProgram {
  /** Absolute, unless the system looks names up in a way of its own */
  readonly file: string;
  /** Search path for it and what it starts */
  readonly path: string;
}

/** Why there is none; completes "cannot run …: ". */
export interface NoProgram {
  readonly why: string;
}

/** A program with all of its environment. */
export interface PreparedProgram {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** As much as Linux reads of a script's first line, and scripts whose interpreter is a script again (execve(2)). */
const maxShebangBytes = 256;
const maxScripts = 5;

/**
 * Finds a program of the host and makes the environment that it gets.
 * @param environment beside what is left out because of sandboxes
 * @param args none of them may name what a sandbox can write
 * @throws VaultboxError VBX_FILE_UNSAFE when the list of writable folders is damaged
 */
export function prepareProgram(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
): PreparedProgram | NoProgram {
  const folders = readWritableFolders(process.env);
  const holder = args.map((text) => folders.holderInText(text)).find((one) => one !== undefined);
  if (holder !== undefined) {
    return { why: `an argument names a file in ${quoted(holder)}, where a sandbox can write` };
  }
  const writable = withoutPrograms(folders);
  // A path was chosen by the user; what is found on the search path needn't be
  const checked = name.includes("/") ? folders : writable;
  const program = findProgram(name, environment["PATH"] ?? "", checked);
  if ("why" in program) return program;
  const env = toProgramEnvironment(environment, folders);
  return { file: program.file, env: { ...env, PATH: toSearchPath(program.path, writable) } };
}

/**
 * Finds a program as execvp would, passing over those in folders that a sandbox can write, links into one, and scripts
 * whose interpreter lies in one. A folder with such a program is left out of the search path that what is found gets.
 * @param name a name for the search path, or a path
 */
export function findProgram(
  name: string,
  path: string,
  folders: WritableFolders,
): FoundProgram | NoProgram {
  return find(name, { path, folders, scripts: 0 });
}

interface Search {
  readonly path: string;
  readonly folders: WritableFolders;
  /** How many scripts led here */
  readonly scripts: number;
}

function find(name: string, search: Search): FoundProgram | NoProgram {
  const { path, folders } = search;
  // Names have endings there
  if (process.platform === "win32") return { file: name, path: toSearchPath(path, folders) };
  if (name.includes("/")) return examine(resolve("/", name), search);
  let left = path;
  let refused: NoProgram | undefined;
  for (const entry of path.split(delimiter)) {
    const file = join(entry, name);
    if (!isAbsolute(entry) || isPackageBin(entry) || !isExecutable(file)) continue;
    const program = examine(file, { ...search, path: left });
    if ("file" in program) return program;
    refused ??= program;
    left = withoutEntry(left, entry);
  }
  return refused ?? { why: "ENOENT" };
}

function examine(file: string, search: Search): FoundProgram | NoProgram {
  const { folders, scripts } = search;
  const holder = folders.holderOf(file);
  if (holder !== undefined) {
    return { why: `${quoted(file)} is in ${quoted(holder)}, where a sandbox can write` };
  }
  if (scripts > maxScripts) return { why: "ELOOP" };
  let { path } = search;
  for (const interpreter of readInterpreters(file)) {
    const found = find(interpreter, { folders, path, scripts: scripts + 1 });
    if ("file" in found) path = found.path;
    // One that isn't there is the kernel's to report
    else if (found.why !== "ENOENT") return found;
  }
  return { file, path: toSearchPath(path, folders) };
}

/** The interpreter of a script, and the name that it looks up on the search path when it is `env`. */
function readInterpreters(file: string): readonly string[] {
  const [interpreter, ...words] = readShebang(file);
  if (interpreter === undefined) return [];
  if (basename(interpreter) !== "env") return [interpreter];
  const name = words.find((word) => !word.startsWith("-") && !word.includes("="));
  return name === undefined ? [interpreter] : [interpreter, name];
}

function readShebang(file: string): readonly string[] {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(maxShebangBytes);
      const length = readSync(fd, buffer);
      const line = buffer.toString("utf8", 0, length).split("\n")[0] ?? "";
      return line.startsWith("#!")
        ? line
            .slice(2)
            .trim()
            .split(/[ \t]+/)
        : [];
    } finally {
      closeSync(fd);
    }
  } catch {
    // A program that may be run and not read, or none at all
    return [];
  }
}

function withoutEntry(path: string, removed: string): string {
  const entries = path.split(delimiter);
  return entries.filter((entry) => entry !== removed).join(delimiter);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not in this folder: the next one is looked into
    return false;
  }
}
