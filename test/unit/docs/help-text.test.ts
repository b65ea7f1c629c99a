import { expect, test } from "vitest";
import { readCommands, readHelp } from "../../docs/command-tree.ts";

/** Columns of the narrowest terminal that people work in. */
const width = 80;
const pages = (await readCommands()).map(({ path, command }) => ({
  path,
  command,
  lines: readHelp(command).split("\n"),
}));

test("the help of every command fits a terminal", () => {
  const long = pages.flatMap(({ path, lines }) =>
    lines.filter((line) => line.length > width).map((line) => `${path}: ${line}`),
  );
  expect(pages.length).toBeGreaterThan(30);
  expect(long).toEqual([]);
});

test("every command has an example, and says on one line what it does where it is listed", () => {
  const without = pages.filter(
    ({ lines }) => !/^(?:Examples?|Start here):$/m.test(lines.join("\n")),
  );
  expect(without.map(({ path }) => path)).toEqual([]);
  const wrapped = pages.flatMap(({ path, lines }) => {
    const from = lines.indexOf("Commands:");
    const to = lines.indexOf("", from);
    const listed = from === -1 ? [] : lines.slice(from + 1, to === -1 ? undefined : to);
    return listed.filter((line) => line.startsWith("    ")).map((line) => `${path}: ${line}`);
  });
  expect(wrapped).toEqual([]);
});
