import { readFileSync } from "node:fs";

export const limitsPage = readFileSync(
  new URL("../../docs/limitations.md", import.meta.url),
  "utf8",
);

/** The second cell of each row of the page's tables, by the first. */
export const limitRows: ReadonlyMap<string, string> = new Map(
  limitsPage.split("\n").flatMap((line) => {
    const [, what, limit] = /^\| (.+?) \| (.+) \|$/.exec(line) ?? [];
    return what === undefined || limit === undefined ? [] : [[what, limit] as const];
  }),
);

/** A figure as the page writes it: `2,048`, `16 KiB`. */
export const toCount = (value: number): string => value.toLocaleString("en-US");

export function toBinary(bytes: number): string {
  if (bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3} GiB`;
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2} MiB` : `${bytes / 1024} KiB`;
}
