import { expect, onTestFinished, test, vi } from "vitest";
import { SessionLimiter } from "../../../../src/proxy/decide/session-limiter.ts";

test("a minute without a request forgets them one by one", () => {
  const limiter = new SessionLimiter({ requestsPerMinute: 3 });
  const now = vi.spyOn(performance, "now").mockReturnValue(1);
  onTestFinished(() => now.mockRestore());
  for (const at of [0, 10, 20]) {
    now.mockReturnValue(at);
    limiter.admit({ origin: "client" });
  }
  expect(() => limiter.admit({ origin: "client" })).toThrow("3 requests of this minute");
  for (const at of [60_000, 60_010, 60_020]) {
    now.mockReturnValue(at - 1);
    expect(() => limiter.admit({ origin: "client" })).toThrow("3 requests of this minute");
    now.mockReturnValue(at);
    limiter.admit({ origin: "client" });
  }
});
