import { randomBytes } from "node:crypto";
import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import { maxNameBytes } from "../../base/fs/folder-descriptor.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";

/** Characters of what a removed file said, which are told */
const maxToldLength = 200;
/** Of a file that is told when it's removed, `bytes` */
const maxToldBytes = 4096;

/** What became of an entry that programs of the host must not find. */
export interface TakenAway {
  /** Names from the root to where it is now, or was */
  readonly names: Names;
  /** What it said, when it was removed */
  readonly said?: string;
}

/**
 * Takes an entry from its name. A disk that a sandbox filled has no room for a longer name, then for no other one, and a
 * file system may refuse to rename at all: what is no folder is removed then, which needs no room.
 * @param own names from the root to the entry
 * @param toNames the names it may get, in order; the first that isn't taken is tried
 * @returns undefined when it's still there
 */
export function takeAway(
  root: Folder,
  own: Names,
  toNames: (name: string) => Iterable<string>,
): TakenAway | undefined {
  const around = own.slice(0, -1);
  const from = own.at(-1);
  using parent = orNothing(() => root.openPath(around));
  if (parent === undefined || from === undefined) return undefined;
  const name = giveName(parent, from, toNames(from)) ?? giveName(parent, from, shortNames(from));
  if (name !== undefined) return { names: [...around, name] };
  const kind = orNothing(() => parent.facts(from))?.kind;
  if (kind === undefined || kind === "folder") return undefined;
  const content = parent.readLink(from) ?? parent.read(from, maxToldBytes)?.toString("utf8");
  if (!parent.remove(from, "file")) return undefined;
  return { names: own, said: (content ?? "").trim().slice(0, maxToldLength) };
}

function giveName(parent: Folder, from: string, names: Iterable<string>): string | undefined {
  // Without the right to look for a name there's none to give one either
  const isTaken = (name: string): boolean => orNothing(() => parent.facts(name)) !== undefined;
  for (const name of names) {
    if (isTaken(name)) continue;
    return rename(parent, from, name) ? name : undefined;
  }
  return undefined;
}

function rename(parent: Folder, from: string, to: string): boolean {
  const attempt = (): boolean => {
    try {
      parent.rename(from, to);
      return true;
    } catch {
      // Gone, not ours, or no room: the caller says that it's still there
      return false;
    }
  };
  return attempt() || (parent.allowOwner() && attempt());
}

/** What git doesn't look for, beside what it was. */
const disabledSuffix = ".vaultbox-disabled";
const maxNames = 100;
const maxCounted = 10;
const maxShortLength = 8;

/** Whether a name is one that disabling gave. */
export function isDisabledName(name: string): boolean {
  return name.includes(disabledSuffix);
}

/** Names for what is disabled: after a few that may be taken ones that nobody can have taken before. */
export function* countedNames(name: string): Generator<string> {
  yield toDisabledName(name, "");
  for (let count = 2; count <= maxCounted; count++) yield toDisabledName(name, `-${count}`);
  for (let count = maxCounted; count < maxNames; count++) yield* secretNames(name);
}

/** A name that nobody can have counted on. */
export function* secretNames(name: string): Generator<string> {
  yield toDisabledName(name, `-${randomBytes(8).toString("hex")}`);
}

/** Names that need no more room than the one that is there, for a full disk; `~` is in no name of a branch. */
function* shortNames(name: string): Generator<string> {
  const length = Math.min(Buffer.byteLength(toNameBytes(name)), maxShortLength);
  for (let count = 0; count < maxCounted; count++) {
    yield `~${randomBytes(maxShortLength).toString("hex")}`.slice(0, length);
  }
}

/** As long as a file system takes it. */
function toDisabledName(name: string, end: string): string {
  const suffix = `${disabledSuffix}${end}`;
  const characters = Array.from(name);
  const length = (): number => Buffer.byteLength(toNameBytes(characters.join("")));
  while (length() + suffix.length > maxNameBytes) characters.pop();
  return `${characters.join("")}${suffix}`;
}
