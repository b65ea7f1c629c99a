import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { reportUncaught } from "../../../src/cli/report-uncaught.ts";

test("what nobody caught ends the program as a bug, and its text drives no terminal", () => {
  let status = 0;
  const program = Object.assign(new EventEmitter(), {
    exit: (code: number) => {
      status = code;
    },
  });
  let written = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
  try {
    reportUncaught(program as unknown as NodeJS.Process, { json: false });
    program.emit("uncaughtException", new TypeError("\u001b]0;owned\u0007\u202e"));
  } finally {
    spy.mockRestore();
  }
  expect(status).toBe(70);
  expect(written).toContain("\\x1b]0;owned\\x07\\u{202e}");
  expect(written).not.toMatch(/[^\P{C}\n]/u);
});
