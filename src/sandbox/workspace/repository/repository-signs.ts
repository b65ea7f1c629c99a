import type { Entry } from "../../../files/entry-facts.ts";
import { toSpellings, type Spellings } from "./spellings.ts";

// By what git takes something for a repository.

const gitName = toSpellings(".git", "git~1");
const headName = toSpellings("head");
const objectsName = toSpellings("objects");
const refsName = toSpellings("refs");
const commonName = toSpellings("commondir");

/** Whether a file system takes a name for `.git`. */
export function isGitName(name: string): boolean {
  return gitName.test(name);
}

/** The same for `HEAD`, without which a folder is no repository. */
export function isHeadName(name: string): boolean {
  return headName.test(name);
}

/**
 * Whether a folder is a repository without a work tree around it: git takes it for one wherever it lies, also when
 * objects and refs are where `commondir` says.
 */
export function isBareRepository(entries: readonly Entry[]): boolean {
  const has = (wanted: Spellings): boolean => entries.some(({ name }) => wanted.test(name));
  return has(headName) && ((has(objectsName) && has(refsName)) || has(commonName));
}
