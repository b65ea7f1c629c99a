import { readFileSync } from "node:fs";

/** The commands below "Examples:" in the help of every command, without what is said about them. */
export function readExamples(): readonly string[] {
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/^Examples?:\n((?: {2}.+\n)+)/gm)];
  const lines = blocks.flatMap(([, block = ""]) => block.trimEnd().split("\n"));
  return [...new Set(lines.map((line) => line.trim().replace(/ {2,}.*$/, "")))];
}
