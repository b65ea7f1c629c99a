// Runs every client in real sandboxes and writes docs/clients.md: npm run docs:clients. Ends with 1 when one of them
// doesn't do what its entry says.
import { readFile, writeFile } from "node:fs/promises";
import { replaceBlock } from "../docs/generated-block.ts";
import { requireEngine } from "../support/require-engine.ts";
import { ensureClientImage } from "./client-image.ts";
import { toClientsTable } from "./clients-table.ts";
import { findSurprises, runClients } from "./run-clients.ts";
import { stacks } from "./stacks.ts";

const path = new URL("../../docs/clients.md", import.meta.url);
const image = await ensureClientImage(await requireEngine(), stacks);
const surprises: string[] = [];
let table = "";
for (const owner of [0, 1000]) {
  const results = await runClients(stacks, { image, owner });
  surprises.push(...findSurprises(stacks, results).map((what) => `uid ${owner}: ${what}`));
  table = toClientsTable(stacks, results);
}
if (surprises.length > 0) {
  process.stderr.write(`${surprises.join("\n")}\n`);
  process.exitCode = 1;
} else {
  await writeFile(path, replaceBlock(await readFile(path, "utf8"), "clients", table));
  process.stdout.write(`${stacks.length} clients, as root and as uid 1000: docs/clients.md\n`);
}
