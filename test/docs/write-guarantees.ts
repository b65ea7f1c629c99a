// npm run docs:guarantees: writes which test shows which sentence of docs/security.md into docs/guarantees.md.
import { readFileSync, writeFileSync } from "node:fs";
import { replaceBlock } from "./generated-block.ts";
import { toGuaranteesTable } from "./guarantees.ts";

const docs = new URL("../../docs/", import.meta.url);
const document = new URL("guarantees.md", docs);
const table = toGuaranteesTable(readFileSync(new URL("security.md", docs), "utf8"));
writeFileSync(document, replaceBlock(readFileSync(document, "utf8"), "guarantees", table));
