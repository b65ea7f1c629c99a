// npm run docs:scoreboard: writes the table of the last test run into docs/security.md.
import { readFileSync, writeFileSync } from "node:fs";
import { replaceBlock } from "./generated-block.ts";
import { parseScores, toMarkdownTable, totalScores } from "./scoreboard-table.ts";

const results = new URL("../../test-results/scoreboard.jsonl", import.meta.url);
const document = new URL("../../docs/security.md", import.meta.url);

const table = toMarkdownTable(totalScores(parseScores(readFileSync(results, "utf8"))));
writeFileSync(document, replaceBlock(readFileSync(document, "utf8"), "scoreboard", table));
