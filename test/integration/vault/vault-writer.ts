// A process that writes to a vault until it is killed, or a given number of times:
//   node vault-writer.ts VAULTS STATE PREFIX [COUNT]
// Before each change it prints `begin N`, after it `done N`. Its credentials are called PREFIX-0 … PREFIX-2 in turn.
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { openStore } from "../../../src/vault/vault-catalog.ts";
import { makeEntry } from "../../support/temp-vaults.ts";

const [vaults = "", state = "", prefix = "", count = "Infinity"] = process.argv.slice(2);
const context = { paths: { vaults, state }, env: { VAULTBOX_HOME: state } };
const store = await openStore(context, "default");
// Most of a start is compiling. Who is killed keeps nothing of it unless it's written now
flushCompileCache();
// Twenty writers fit into one vault
const slots = 3;

for (let number = 1; number <= Number(count); number += 1) {
  const name = `${prefix}-${number % slots}`;
  writeSync(1, `begin ${number}\n`);
  await store.update((entries) => [
    ...entries.filter((entry) => entry.credential.name !== name),
    makeEntry(name, `secret number ${number} of ${prefix}`),
  ]);
  writeSync(1, `done ${number}\n`);
}
