import { expect, test } from "vitest";
import { findSurprises, runClients } from "../clients/run-clients.ts";
import { stacks } from "../clients/stacks.ts";
import { requireBaseImage, requireEngine } from "../support/require-engine.ts";

/** Those that the base image has; `npm run docs:clients` runs all of docs/clients.md. */
const inBase = stacks.filter(({ debian = [], npm = [] }) => debian.length + npm.length === 0);

test.each([0, 1000])(
  "as uid %i, the base image's clients work and print why a host is refused",
  async (owner) => {
    const image = await requireBaseImage(await requireEngine());
    const results = await runClients(inBase, { image, owner });
    expect(results.length).toBeGreaterThan(12);
    expect(findSurprises(inBase, results)).toEqual([]);
  },
  300_000,
);
