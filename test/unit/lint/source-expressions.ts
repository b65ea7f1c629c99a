import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

/** A regular expression that is written in `src/`. */
export interface SourceExpression {
  /** As in the source, `/…/flags` */
  readonly text: string;
  readonly pattern: string;
  readonly flags: string;
  /** The first file that has it, from the project's folder */
  readonly file: string;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Every regular expression that the sources write as a literal, once each. */
export function listSourceExpressions(): readonly SourceExpression[] {
  const found = new Map<string, SourceExpression>();
  for (const file of globSync("src/**/*.{ts,tsx}", { cwd: root })) {
    const lang = file.endsWith("x") ? "tsx" : "ts";
    visit(parseAst(readFileSync(root + file, "utf8"), { lang }), ({ pattern, flags }) => {
      const text = `/${pattern}/${flags}`;
      if (!found.has(text)) found.set(text, { text, pattern, flags, file });
    });
  }
  return [...found.values()];
}

type OnExpression = (expression: { readonly pattern: string; readonly flags: string }) => void;

function visit(node: unknown, onExpression: OnExpression): void {
  if (typeof node !== "object" || node === null) return;
  if ("regex" in node && isExpression(node.regex)) onExpression(node.regex);
  for (const child of Object.values(node)) visit(child, onExpression);
}

function isExpression(value: unknown): value is { pattern: string; flags: string } {
  return typeof value === "object" && value !== null && "pattern" in value && "flags" in value;
}
