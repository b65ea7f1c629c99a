import { expect, test } from "vitest";
import { toMemoryNote } from "../../../../src/sandbox/limits/command-end.ts";
import { parseSize } from "../../../../src/base/units.ts";

const gibi = 1024 ** 3;

test.each([
  [64 * 1024 ** 2, 16 * gibi, "for more: vaultbox run --memory 128MiB …"],
  [8 * gibi, 16 * gibi, "for more: vaultbox run --memory 16GiB …"],
  [8 * gibi, 12 * gibi, "for all that this machine has: vaultbox run --memory 12GiB …"],
  [8 * gibi, 16_374_000_000, "for all that this machine has: vaultbox run --memory 15615MiB …"],
  [12 * gibi, 12 * gibi, "this machine has no more: let less run at once"],
  [12 * gibi, 8 * gibi, "this machine has no more: let less run at once"],
  [3 * gibi, 0, "for more: vaultbox run --memory 6GiB …"],
])("out of memory at %d of %d bytes: %s", (limit, machine, advice) => {
  const note = toMemoryNote(limit, machine);
  expect(note.endsWith(`; ${advice}`)).toBe(true);
  const [, flag] = /--memory (\S+)/.exec(note) ?? [];
  if (flag !== undefined && machine > 0) {
    expect(parseSize(flag)).toBeGreaterThan(limit);
    expect(parseSize(flag)).toBeLessThanOrEqual(machine);
  }
});
