import { expect, test } from "vitest";
import { runClients } from "../clients/run-clients.ts";
import { stacks } from "../clients/stacks.ts";
import { requireBaseImage, requireEngine } from "../support/require-engine.ts";

/** One of each kind, as the base image has them; `npm run docs:clients` runs all of docs/clients.md. */
const names = ["curl", "git", "gh", "npm", "apt", "Python urllib", "Node fetch", "Node WebSocket"];

test.each([0, 1000])(
  "as uid %i, the base image's clients work and print why a host is refused",
  async (owner) => {
    const clients = stacks.filter(({ name }) => names.includes(name));
    const image = await requireBaseImage(await requireEngine());
    const results = await runClients(clients, { image, owner });
    expect(results.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(results.flatMap(({ surprises }) => surprises)).toEqual([]);
  },
  300_000,
);
