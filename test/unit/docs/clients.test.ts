import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { combine, toResult } from "../../clients/client-result.ts";
import { readRows, toClientsTable, toRow, toWantedRow } from "../../clients/clients-table.ts";
import { toShown } from "../../clients/shown.ts";
import type { Stack } from "../../clients/stack.ts";
import { stacks } from "../../clients/stacks.ts";

const reason =
  "vaultbox: refused GET https://refused.example.net/a/b: the host is not allowed\nto allow it, the user can run on the host: ";
const text = `${reason}vaultbox run --allow 'GET https://refused.example.net/a/b' …`;
const curl: Stack = { name: "curl", get: "curl", stream: "curl -N" };

test("docs/clients.md has every client once, as its entry says (npm run docs:clients writes it)", () => {
  const document = readFileSync(new URL("../../../docs/clients.md", import.meta.url), "utf8");
  expect([...readRows(document).values()]).toEqual(stacks.map(toWantedRow));
  expect(new Set(stacks.map(({ name }) => name)).size).toBe(stacks.length);
  expect(stacks.length).toBeGreaterThanOrEqual(50);
});

test("a refusal counts as shown with the reason and with what to do; fewer words only as they are documented", () => {
  const status = { what: "status", prints: "curl: (22) error: 403", why: "" } as const;
  expect(toShown(text.replaceAll(" ", "\n   "), undefined)).toBe("text");
  expect(toShown(reason, undefined)).toBeUndefined();
  expect(toShown("ERROR 403: Forbidden (vaultbox: host-not-allo\n wed).", undefined)).toBe(
    "reason phrase",
  );
  expect(toShown("curl: (22) error: 403", status)).toBe("status");
  expect(toShown("403 Forbidden", status)).toBeUndefined();
  expect(toShown("403 Forbidden", undefined)).toBeUndefined();
});

test("a stream counts when the first piece was printed before the second was sent", () => {
  const step = (output: string) => ({ operation: "stream", way: "proxied", output }) as const;
  const late = "one\n(the first piece was not printed)\ntwo\nthree\n";
  expect(toResult(curl, [step("one\ntwo\nthree\n")], undefined).surprises).toEqual([]);
  expect(toResult(curl, [step(late)], undefined).surprises).toHaveLength(1);
});

test("what fails is in the client's own row, for either user, and leaves other rows as they are", () => {
  const get = (output: string) => ({ operation: "get", way: "proxied", output }) as const;
  const works = toResult(curl, [get("it was served")], undefined);
  const fails = toResult(curl, [get("no")], undefined);
  expect(toRow(curl, combine(works, fails))).toContain("| curl | **no** |");
  const row = toRow(curl, toResult(curl, [], "no such compiler\nstatus 1"));
  expect(row).toContain("| curl | **setup failed** |");
  const rows = readRows(toClientsTable(["| wget | yes |", row]));
  expect([...rows.keys()]).toEqual(["wget", "curl"]);
});
