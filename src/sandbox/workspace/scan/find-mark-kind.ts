import { markKinds, type MarkKind } from "./mark-kinds.ts";

function toExpression(of: MarkKind["of"], patterns: readonly string[]): RegExp {
  const any = patterns.map((pattern) => `(?:${pattern})`).join("|");
  return new RegExp(of === "name" ? `^(?:${any})$` : `(?:^|/)(?:${any})/`, "is");
}

function compile(of: MarkKind["of"]): {
  readonly any: RegExp;
  readonly each: readonly { readonly kind: string; readonly expression: RegExp }[];
} {
  const kinds = markKinds.filter((one) => one.of === of);
  return {
    any: toExpression(
      of,
      kinds.map(({ pattern }) => pattern),
    ),
    each: kinds.map(({ kind, pattern }) => ({ kind, expression: toExpression(of, [pattern]) })),
  };
}

const folders = compile("folder");
const names = compile("name");

/**
 * What a program of the host would do with every file in a folder; asked once for all of them.
 * @param path from the workspace, with `/` between and at the end
 */
export function findFolderKind(path: string): string | undefined {
  if (!folders.any.test(path)) return undefined;
  return folders.each.find(({ expression }) => expression.test(path))?.kind;
}

/** What a program of the host would do with a file of this name, wherever it is; undefined for an ordinary one. */
export function findNameKind(name: string): string | undefined {
  if (!names.any.test(name)) return undefined;
  return names.each.find(({ expression }) => expression.test(name))?.kind;
}

/** Every kind, once. */
export function listMarkKinds(): readonly string[] {
  return [...new Set(markKinds.map(({ kind }) => kind))];
}
