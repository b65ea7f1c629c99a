import { relative, join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { toNames, toRealPath } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { FoundEntry } from "../scan/walk.ts";
import { isSecretFile, mayLeadToSecret } from "./secret-files.ts";

/** What is hidden from the sandbox: `workspace.hide`, read. */
export interface HideRules {
  /** Whether vaultbox's own list counts */
  readonly defaults: boolean;
  readonly hidden: readonly RegExp[];
  /** Exceptions of either, written with `!` */
  readonly shown: readonly RegExp[];
  /** Absolute real paths on the host that the user named to be shown, each with all that is in it */
  readonly shownAt?: readonly string[];
  /** Path of the folder that is looked through, as far as vaultbox's list goes by it; empty without */
  readonly around?: string;
}

/**
 * Reads `workspace.hide`. `default` stands for vaultbox's list, `!glob` makes an exception, a glob without `/` means a
 * name anywhere, one with `/` a path from the workspace. `*` and `?` stay within a name, `**` is any number of folders.
 */
export function parseHideRules(globs: readonly string[]): HideRules {
  const hidden: RegExp[] = [];
  const shown: RegExp[] = [];
  for (const glob of globs) {
    if (glob === "default") continue;
    if (glob.startsWith("!")) shown.push(toExpression(glob.slice(1)));
    else hidden.push(toExpression(glob));
  }
  return { defaults: globs.includes("default"), hidden, shown };
}

/** The rules of one folder, with what of it is shown. @param source its real path on the host */
export function withShown(rules: HideRules, source: string): HideRules {
  const inside = (rules.shownAt ?? []).filter((path) => contains(source, path));
  const shown = inside.map((path) => toShownExpression(relative(source, path)));
  return shown.length === 0 ? rules : { ...rules, shown: [...rules.shown, ...shown] };
}

function toShownExpression(path: string): RegExp {
  return new RegExp(`^${toPlain(path)}(?:/|$)`, "s");
}

/** Whether a path matches one of the expressions. */
export function matches(expressions: readonly RegExp[], path: string): boolean {
  return expressions.some((expression) => expression.test(path));
}

function toExpression(glob: string): RegExp {
  const anywhere = !glob.replace(/\/$/, "").includes("/");
  const clean = glob.replace(/^\//, "").replace(/\/$/, "");
  const text = clean.replaceAll(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : toPlain(part);
  });
  return new RegExp(`^${anywhere ? "(?:[^/]+/)*" : ""}${text}$`, "s");
}

function toPlain(text: string): string {
  return text.replaceAll(/[.+*?^${}()|[\]\\/]/g, String.raw`\$&`);
}

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
  secrets: readonly Names[],
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
