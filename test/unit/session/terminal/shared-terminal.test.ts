import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { writeJson, writeLine } from "../../../../src/base/print.ts";
import { keepReadable } from "../../../../src/session/terminal/shared-terminal.ts";

test("what vaultbox says to a pipe is on lines of its own, whatever the command wrote last", async () => {
  const written: string[] = [];
  using spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  void spy;
  const from = new PassThrough();
  const user = { stdout: process.stdout, stderr: process.stderr };
  const { giveBack } = keepReadable(user, [{ from, to: process.stderr }]);
  from.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  const write = async (text: string): Promise<void> => {
    from.write(text);
    await nextTurn();
  };
  await write("garbage");
  writeLine("stderr", "one");
  writeLine("stderr", "two");
  await write("a line\n");
  writeLine("stderr", "three");
  await write("more garbage");
  giveBack();
  // The command's own output stays as it is until something is said
  expect(written.at(-1)).toBe("more garbage");
  writeJson("stderr", { status: 0 });
  expect(written.join("")).toBe('garbage\none\ntwo\na line\nthree\nmore garbage\n{"status":0}\n');
  // The control: as it would be without
  expect(() => JSON.parse(`more garbage{"status":0}`) as unknown).toThrow(SyntaxError);
});
