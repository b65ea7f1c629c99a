import { relative } from "node:path";
import { contains } from "../../base/fs/path-steps.ts";

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
