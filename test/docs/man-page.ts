// man/vaultbox.1, in the macros of man(7), from the same commands and tables as docs/cli.md.
import type { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { introduction } from "./cli-reference.ts";
import { readCommands, readHelp } from "./command-tree.ts";

/** Of the page's form; what it says is of the package's version. */
const pageDate = "2026-11-30";
/** Of a line of text, `bytes`: roff joins lines, and old editors don't wrap them. */
const lineLength = 78;

/** The whole page. */
export async function toManPage(): Promise<string> {
  const [root, ...commands] = await readCommands();
  if (root === undefined) throw new Error("the program has no commands");
  const about = root.command.description();
  const lines = [
    `.\\" Generated from --help by npm run docs:cli`,
    `.TH VAULTBOX 1 "${pageDate}" "vaultbox ${manifest.version}" "User Commands"`,
    ".SH NAME",
    "vaultbox \\-",
    ...toParagraph(about),
    ".SH SYNOPSIS",
    ".B vaultbox",
    toText(root.command.usage()),
    ".SH DESCRIPTION",
    ...toOptions(root.command),
    ...toRest(root.command),
    ...commands.flatMap(({ path, command }) => toCommandLines(path, command)),
    ...toSection("EXIT STATUS", "Exit status"),
    ...toSection("ENVIRONMENT", "Environment"),
    ".SH SEE ALSO",
    ".BR docker (1),",
    ".BR podman (1),",
    ".BR age (1),",
    ".BR git (1)",
    ".PP",
    ...toParagraph(
      "The folder docs of the package says more: docs/how-do-i.md answers the usual questions.",
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function toCommandLines(path: string, command: Command): readonly string[] {
  const names = [command.name(), ...command.aliases()].join("|");
  const called = `${path.split(" ").slice(0, -1).join(" ")} ${names}`;
  return [
    `.SH ${toText(path.toUpperCase())}`,
    `.B ${toText(called)}`,
    toText(command.usage()),
    ".PP",
    ...toParagraph(command.description()),
    ...toArguments(command),
    ...toOptions(command),
    ...toRest(command),
  ];
}

function toArguments(command: Command): readonly string[] {
  const help = command.createHelp();
  return help
    .visibleArguments(command)
    .flatMap((argument) => toItem(help.argumentTerm(argument), help.argumentDescription(argument)));
}

function toOptions(command: Command): readonly string[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap((option) => toItem(help.optionTerm(option), help.optionDescription(option)));
}

function toItem(term: string, description: string): readonly string[] {
  return [".TP", `.B ${toText(term)}`, ...toParagraph(description)];
}

/** What stands behind the options: notes, and examples as they are typed, which have the whole width. */
function toRest(command: Command): readonly string[] {
  const rest = readHelp(command).slice(command.helpInformation().trimEnd().length).trim();
  if (rest === "") return [];
  return rest
    .split("\n\n")
    .flatMap((block) =>
      block.includes("\n  ")
        ? [".PP", ".in 0", ".nf", ...block.split("\n").map(toText), ".fi", ".in"]
        : [".PP", ...toParagraph(block)],
    );
}

/** A section of docs/cli.md: rows of tables become items, other lines are text. */
function toSection(heading: string, name: string): readonly string[] {
  const from = introduction.indexOf(`\n## ${name}\n`);
  const text = introduction.slice(from).split(/\n## /)[1] ?? "";
  const blocks = text.split("\n\n").slice(1);
  return [
    `.SH ${heading}`,
    ...blocks.flatMap((block) =>
      block.startsWith("|") ? toRows(block) : [".PP", ...toParagraph(toPlain(block))],
    ),
  ];
}

function toRows(table: string): readonly string[] {
  const [, , ...rows] = table.trim().split("\n");
  return rows.flatMap((row) => {
    const [, term = "", meaning = ""] = row.split("|").map((cell) => toPlain(cell.trim()));
    return toItem(term, meaning);
  });
}

/** Markdown as text: `code`, [links](to) other pages. */
function toPlain(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, "docs/$1").replaceAll("`", "");
}

/** Lines of a text that roff joins again. */
function toParagraph(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(/\s+/)) {
    if (line !== "" && Buffer.byteLength(toText(`${line} ${word}`)) > lineLength) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map(toText);
}

/** Text that no macro is read in: roff(7), "Escape sequences" and "Requests". */
function toText(text: string): string {
  const escaped = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
  return escaped === "" || /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
