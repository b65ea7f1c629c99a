// Runs clients in real sandboxes, as root and as uid 1000, and writes their rows of docs/clients.md:
// npm run docs:clients [-- NAME...], all of them without a name. Ends with 1 when one doesn't do what its entry says;
// its row says so too.
import { readFile, writeFile } from "node:fs/promises";
import { replaceBlock } from "../docs/generated-block.ts";
import { requireEngine } from "../support/require-engine.ts";
import { ensureClientImage } from "./client-image.ts";
import { type ClientResult, combine } from "./client-result.ts";
import { readRows, toClientsTable, toRow } from "./clients-table.ts";
import { runClients } from "./run-clients.ts";
import type { Stack } from "./stack.ts";
import { groups, stacks } from "./stacks.ts";

const path = new URL("../../docs/clients.md", import.meta.url);

/** Rows of clients that weren't run stay; those of clients that are gone go. */
async function writeRows(rows: ReadonlyMap<string, string>): Promise<void> {
  const document = await readFile(path, "utf8");
  const all = new Map([...readRows(document), ...rows]);
  const table = toClientsTable(stacks.flatMap(({ name }) => all.get(name) ?? []));
  await writeFile(path, replaceBlock(document, "clients", table));
}

async function runGroup(group: readonly Stack[], clients: readonly Stack[]): Promise<boolean> {
  // Of the whole group, so that one client alone runs in the same image
  const image = await ensureClientImage(await requireEngine(), group);
  const asRoot = await runClients(clients, { image, owner: 0 });
  const asUser = await runClients(clients, { image, owner: 1000 });
  const results = asRoot.map((result, index) => combine(result, asUser[index] ?? result));
  const rows = clients.map(
    (client, index) => [client.name, toRow(client, results[index]!)] as const,
  );
  await writeRows(new Map(rows));
  const toLines = (uid: number, of: readonly ClientResult[]) =>
    of.flatMap((result) => result.surprises.map((surprise) => `uid ${uid}: ${surprise}\n`));
  const surprises = [...toLines(0, asRoot), ...toLines(1000, asUser)];
  process.stderr.write(surprises.join(""));
  process.stdout.write(
    `${clients.map(({ name }) => name).join(", ")}: ${surprises.length} surprises\n`,
  );
  return surprises.length === 0;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !stacks.some((client) => client.name === name));
let isGood = unknown.length === 0;
if (unknown.length > 0) process.stderr.write(`no such client: ${unknown.join(", ")}\n`);
else {
  for (const group of groups) {
    const clients = group.filter(({ name }) => names.length === 0 || names.includes(name));
    if (clients.length > 0) {
      const isAsSaid = await runGroup(group, clients).catch((error: unknown) => {
        process.stderr.write(`${clients.map(({ name }) => name).join(", ")}: ${String(error)}\n`);
        return false;
      });
      isGood = isAsSaid && isGood;
    }
  }
}
if (!isGood) process.exitCode = 1;
