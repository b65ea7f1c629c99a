import { join } from "node:path";
import { toNames, toRealPath } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { FoundEntry } from "../scan/walk.ts";
import { matches, type HideRules } from "./hide-rules.ts";
import { isSecretFile, mayLeadToSecret } from "./secret-files.ts";

/** Whether an entry is to be hidden: its own exception first, then the user's rules, then vaultbox's list. */
export function isHidden(
  rules: HideRules,
  { folder, entry, names }: FoundEntry,
  budget?: ScanBudget,
): boolean {
  const path = names.join("/");
  const told = rules.around === undefined ? path : `${rules.around}/${path}`;
  if (matches(rules.shown, path)) return false;
  if (matches(rules.hidden, path)) return true;
  if (!rules.defaults || entry.kind === "folder") return false;
  return isSecretFile({ folder, name: entry.name }, told, budget);
}

/** Whether what a link of this name leads to may be hidden for the name or path of the link. */
export function mayHideThrough({ defaults, hidden }: HideRules, name: string): boolean {
  return hidden.length > 0 || (defaults && mayLeadToSecret(name));
}

/**
 * Names of what is mounted over to hide an entry. A link is no place for a mount; what it leads to is, when that's in
 * the workspace.
 */
export function toHiddenNames(
  { entry, names }: FoundEntry,
  workspace: string,
): readonly string[] | undefined {
  if (entry.kind === "file" || entry.kind === "folder") return names;
  if (entry.kind !== "link") return undefined;
  const path = toRealPath(join(workspace, ...names));
  const inside = path === undefined ? undefined : toNames(workspace, path);
  return inside?.length === 0 ? undefined : inside;
}

/** Whether the same file is to be had by another name, which isn't hidden. */
export function hasOtherName({ folder, entry }: FoundEntry): boolean {
  return entry.kind === "file" && (folder.facts(entry.name)?.links ?? 1) > 1;
}

/** What isn't hidden yet of what is to be hidden as well. @param secrets names of what is */
export function toNewSecrets<T>(
  secrets: readonly (readonly string[])[],
  more: readonly T[],
  toNames: (one: T) => readonly string[],
): readonly T[] {
  const known = new Set(secrets.map((names) => names.join("/")));
  return more.filter((one) => {
    const path = toNames(one).join("/");
    const isNew = !known.has(path);
    known.add(path);
    return isNew;
  });
}
