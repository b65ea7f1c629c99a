import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";
import { readExamples } from "./help-examples.ts";

/** A command that a text of the sources tells somebody to run. */
export interface ProposedCommand {
  /** From the project's folder */
  readonly file: string;
  /** Up to the end of the text or its line, with `{}` for what is filled in */
  readonly command: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

const programs = [
  "vaultbox (?:run|trust|init|credential|vault|policy|audit|prune|ps|stop|image|doctor|proxy|demo|uninstall)",
  "git (?:-c|--?[a-z-]+|config|init|status|restore|rm|log|ls-files|worktree|push|commit|switch|reset|for-each-ref|diff|tag)",
  "docker (?:run|info|pull|images|volume)",
  "npm (?:install|run|config)",
  "(?:sudo|mv|rm|ssh-add|cp) \\S+",
  "(?:chmod|ssh|age) -\\S+|chmod \\d+",
  "apt-get install",
  "find \\.",
];
/** A program with its first word, up to the end of the piece */
const proposed = new RegExp(`(?:^|[\\s"(':])((?:${programs.join("|")})(?![\\w-]).*)$`);

/** Scripts that run in the sandbox, apart from what they print */
const script = /(?:"\$\w|2>|&& exit|\bEXIT$)/;

/** Every command that the sources' texts propose, apart from the examples of `--help`, once for each file. */
export function listProposedCommands(): readonly ProposedCommand[] {
  const examples = new Set(readExamples());
  return globSync("src/**/*.{ts,tsx}", { cwd: root })
    .toSorted()
    .flatMap((file) => {
      const source = readFileSync(root + file, "utf8");
      const found = new Set<string>();
      const lang = file.endsWith("x") ? "tsx" : "ts";
      visit(parseAst(source, { lang }), (text) => {
        for (const command of findIn(text)) if (!examples.has(command)) found.add(command);
      });
      return [...found].map((command) => ({ file, command }));
    });
}

/** The commands in a text: each of its lines may have some, behind semicolons or in backquotes. */
export function findIn(text: string): readonly string[] {
  const pieces = text.split(/\n|`|; (?=vaultbox |then )|, (?=git )/);
  return pieces.flatMap((piece) => {
    const command = proposed.exec(piece)?.[1];
    return command === undefined || script.test(command)
      ? []
      : [command.replace(/ {2}.*$|[).,"]+$/, "")];
  });
}

type OnText = (text: string) => void;

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

function visit(node: unknown, onText: OnText): void {
  if (Array.isArray(node)) for (const child of node) visit(child, onText);
  if (!isNode(node) || node.type === "ImportDeclaration" || isHelp(node)) return;
  const text = toText(node);
  if (text !== undefined) onText(text);
  // Of a text that is put together, only what is filled in is looked at again
  const rest = text === undefined ? Object.values(node) : toHoles(node);
  for (const child of rest) visit(child, onText);
}

/** `addHelpText("after", …)`: what is in there is in docs/cli.md. */
function isHelp({ type, callee }: SyntaxNode): boolean {
  if (type !== "CallExpression" || !isNode(callee)) return false;
  return isNode(callee["property"]) && callee["property"]["name"] === "addHelpText";
}

/** What a literal, a template or a sum of them says; undefined for anything else. */
function toText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type === "TemplateLiteral" && Array.isArray(node["quasis"])) {
    return node["quasis"]
      .map((part: { value: { cooked: string } }) => part.value.cooked)
      .join("{}");
  }
  if (node.type !== "BinaryExpression" || node["operator"] !== "+") return undefined;
  const [left, right] = [toText(node["left"]), toText(node["right"])];
  return left === undefined && right === undefined ? undefined : `${left ?? "{}"}${right ?? "{}"}`;
}

function toHoles(node: SyntaxNode): readonly unknown[] {
  if (node.type === "Literal") return [];
  if (node.type === "TemplateLiteral") return [node["expressions"]];
  return [node["left"], node["right"]].flatMap((side) =>
    isNode(side) && toText(side) !== undefined ? toHoles(side) : [side],
  );
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}
