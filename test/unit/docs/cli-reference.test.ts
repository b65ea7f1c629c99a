import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { toCliReference } from "../../docs/cli-reference.ts";
import { toManPage } from "../../docs/man-page.ts";

const document = new URL("../../../docs/cli.md", import.meta.url);
const manPage = new URL("../../../man/vaultbox.1", import.meta.url);

test("docs/cli.md is what the commands' help says now; npm run docs:cli writes it", async () => {
  expect(await readFile(document, "utf8")).toBe(await toCliReference());
});

test("so is the man page", async () => {
  expect(await readFile(manPage, "utf8")).toBe(await toManPage());
});

test("every command says in one line what it does, and every option too", async () => {
  const reference = await toCliReference();
  const helps = reference.split("```\n").filter((part) => part.startsWith("Usage: "));
  expect(helps.length).toBeGreaterThan(30);
  for (const help of helps) {
    expect(help).toMatch(/^Usage: vaultbox[^\n]*\n\n[a-z]/);
    // An option whose description is missing ends its line, or the next option follows at once
    expect(help).not.toMatch(/^ {2}-[^\n]*>\n {2}-/m);
    expect(help).not.toContain("(default: [])");
  }
});

test("README.md names the exit statuses of docs/cli.md, all of them", async () => {
  const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  const rows = /\| status \| meaning \|\n([^]*?)\n\n/.exec(readme)?.[1] ?? "";
  const named = [...rows.matchAll(/^\| ([^|]*) \|/gm)].flatMap(
    ([, cell]) => cell?.match(/\d+/g) ?? [],
  );
  const reference = (await toCliReference()).match(/^\| \d+ \|/gm) ?? [];
  const stated = reference.map((row) => row.replaceAll(/\D/g, ""));
  expect(new Set(named)).toEqual(new Set(stated));
  expect(stated).toContain("124");
});
