import { expect, test } from "vitest";
import { toExpected } from "../../../src/cli/report-error.ts";
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
