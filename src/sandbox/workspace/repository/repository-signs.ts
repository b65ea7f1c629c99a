import type { Entry } from "../../../files/entry-facts.ts";

// By what git takes something for a repository.

/** Whether a host's file system, or git on it, takes a name for `.git`: without case, and without what HFS+ ignores. */
export function isGitName(name: string): boolean {
  return /^\.git$/i.test(name.replaceAll(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, ""));
}

/**
 * Whether a folder is a repository without a work tree around it: git takes it for one wherever it lies, also when
 * objects and refs are where `commondir` says.
 */
export function isBareRepository(entries: readonly Entry[]): boolean {
  const has = (wanted: string): boolean =>
    entries.some(({ name }) => name.toLowerCase() === wanted);
  return has("head") && ((has("objects") && has("refs")) || has("commondir"));
}
