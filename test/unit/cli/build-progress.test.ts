import { expect, onTestFinished, test, vi } from "vitest";
import { openBuildReporter } from "../../../src/cli/build-progress.ts";

/** Lines on stderr, which is no terminal here. */
function collect(): { readonly lines: () => readonly string[] } {
  vi.useFakeTimers();
  const write = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  onTestFinished(() => {
    vi.useRealTimers();
    write.mockRestore();
  });
  return { lines: () => write.mock.calls.map(([text]) => String(text).trimEnd()) };
}

test("a log has a line for each step, and one every 30 seconds while a step lasts", () => {
  const { lines } = collect();
  {
    using reporter = openBuildReporter({ everyLine: false });
    reporter.onProgress({ step: "adding x", line: "" });
    vi.advanceTimersByTime(31_000);
    reporter.onProgress({ step: "adding x", line: "Unpacking x" });
    vi.advanceTimersByTime(30_000);
    reporter.onProgress({ step: "next", line: "" });
  }
  vi.advanceTimersByTime(300_000);
  expect(lines()).toEqual([
    "vaultbox: adding x",
    "vaultbox:   adding x: 30s so far",
    "vaultbox:   adding x: 1m so far, at: Unpacking x",
    "vaultbox: next",
  ]);
});

test("with every line shown, only a silent step says that it goes on", () => {
  const { lines } = collect();
  using reporter = openBuildReporter({ everyLine: true });
  for (const line of ["one", "two"]) {
    vi.advanceTimersByTime(20_000);
    reporter.onProgress({ step: "adding x", line });
  }
  vi.advanceTimersByTime(30_000);
  expect(lines()).toEqual([
    "vaultbox: adding x",
    "vaultbox:   one",
    "vaultbox:   two",
    "vaultbox:   adding x: 50s so far, at: two",
  ]);
});
