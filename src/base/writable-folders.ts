// The folders that sandboxes of this user can write in, or could once: workspaces and writable mounts. What is in them,
// or is reached through them, is the sandbox's: it's no program of this machine, and configures nothing on it.
import { dirname, isAbsolute, resolve } from "node:path";
import { stepsOf } from "./fs/path-steps.ts";

/** Ends of a path that are tried from one start in a text: a folder's name may have blanks in it. */
const maxEnds = 40;
const slashes = /\/+/g;
/** After one of these a slash is in the middle of a name. */
const inName = /[\w.~+%-]/;
/** An option's letters, as in `-I/folder/include`. */
const optionEnd = /(?:^|[^\w.~+%-])-[A-Za-z-]*$/;
/** Letters of an option that are looked at. */
const maxOption = 32;
const textAfterPath = /[\s:;,="'`()|&<>!?*{}[\]#]/;
const pathEnd = /[/\s:;,="'`()|&<>!?*{}[\]#]/g;

/** A set of folders, and what lies in them by path or by resolution. */
export class WritableFolders {
  readonly #keys: ReadonlyMap<string, string>;

  /** @param folders absolute paths */
  constructor(folders: Iterable<string>) {
    this.#keys = new Map(Array.from(folders, (folder) => [toKey(resolve(folder)), folder]));
  }

  get all(): readonly string[] {
    return [...this.#keys.values()];
  }

  /** These and further ones. */
  with(folders: readonly string[]): WritableFolders {
    return folders.length === 0 ? this : new WritableFolders([...this.all, ...folders]);
  }

  /** The folder that decides what a path names, now or once a sandbox exchanges something in it. */
  holderOf(path: string): string | undefined {
    if (this.#keys.size === 0) return undefined;
    for (const step of stepsOf(path)) {
      const holder = this.outerOf(step);
      if (holder !== undefined) return holder;
    }
    return undefined;
  }

  /** The same of any path that a text has in it, such as an argument or the value of a variable. */
  holderInText(text: string): string | undefined {
    if (this.#keys.size === 0 || !text.includes("/")) return undefined;
    const whole = isAbsolute(text) ? this.holderOf(text) : undefined;
    if (whole !== undefined) return whole;
    for (const { index } of text.matchAll(slashes)) {
      if (!mayBegin(text, index)) continue;
      const rest = text.slice(index).replace(/^\/+/, "/");
      const end = rest.search(textAfterPath);
      const path = end === -1 ? rest : rest.slice(0, end);
      const holder = path === text ? undefined : this.holderOf(path);
      if (holder !== undefined) return holder;
      const outer = end === -1 ? undefined : this.#beginOf(rest);
      if (outer !== undefined) return outer;
    }
    return undefined;
  }

  /** The folder that a path is in by its text alone. */
  outerOf(path: string): string | undefined {
    for (let place = path; ; place = dirname(place)) {
      const folder = this.#keys.get(toKey(place));
      if (folder !== undefined) return folder;
      if (place === dirname(place)) return undefined;
    }
  }

  /** A folder of ours that a text begins with. */
  #beginOf(text: string): string | undefined {
    const ends = Array.from(text.matchAll(pathEnd), ({ index }) => index).slice(1, maxEnds);
    for (const end of [...ends, text.length]) {
      const folder = this.#keys.get(toKey(text.slice(0, end)));
      if (folder !== undefined) return folder;
    }
    return undefined;
  }
}

/** Whether a path may begin in a text at a slash: not within a name, but after the letters of an option. */
function mayBegin(text: string, at: number): boolean {
  if (at === 0 || !inName.test(text[at - 1] ?? "")) return true;
  return optionEnd.test(text.slice(Math.max(0, at - maxOption), at));
}

/** These systems fold the case of names, and how accents are written. */
const foldsNames = process.platform === "darwin" || process.platform === "win32";

function toKey(path: string): string {
  return foldsNames ? path.normalize("NFC").toLowerCase() : path;
}
