import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { reportUncaught, toExpected } from "../../../src/cli/report-error.ts";
import { toFirstFailure, VaultboxError } from "../../../src/base/errors.ts";

test("what failed first is what is reported, however many clean-ups failed after it", async () => {
  const first = new VaultboxError("VBX_ENGINE_FAILED", "the engine is gone");
  const work = async (): Promise<void> => {
    await using stack = new AsyncDisposableStack();
    for (const name of ["volume", "relay", "agent"]) {
      stack.defer(() => Promise.reject(new Error(`cannot remove the ${name}`)));
    }
    throw first;
  };
  const failure: unknown = await work().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SuppressedError);
  expect(toFirstFailure(failure)).toBe(first);
  expect(toFirstFailure(first)).toBe(first);
});

test("a full disk is an expected failure wherever it shows, so that run ends with 125", () => {
  const full = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
  expect(toExpected(new SuppressedError(new Error("later"), full))).toMatchObject({
    code: "VBX_CONFIG_INVALID",
    message: "cannot go on: ENOSPC: no space left",
    cause: full,
  });
  const bug = new TypeError("not a function");
  expect(toExpected(bug)).toBe(bug);
});

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
