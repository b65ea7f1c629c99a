/** What is hidden from the sandbox: `workspace.hide`, read. */
export interface HideRules {
  /** Whether vaultbox's own list counts */
  readonly defaults: boolean;
  readonly hidden: readonly RegExp[];
  /** Exceptions of either, written with `!` */
  readonly shown: readonly RegExp[];
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
    return part === "?" ? "[^/]" : part.replaceAll(/[.+^${}()|[\]\\/]/g, String.raw`\$&`);
  });
  return new RegExp(`^${anywhere ? "(?:[^/]+/)*" : ""}${text}$`, "s");
}
