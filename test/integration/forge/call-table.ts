import { describe, expect, test } from "vitest";
import { type ApiCall, sendCall } from "../../support/api-call.ts";
import type { ProxyFixture } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

/** Calls that one test each is made of: none may arrive through one proxy, and through another one they do. */
export interface CallTable {
  readonly title: string;
  readonly calls: readonly ApiCall[];
  readonly score: { readonly row: number; readonly test: string };
  readonly open: (stack: AsyncDisposableStack) => Promise<CallWorld>;
  /** How many at most don't arrive through the open proxy either, as it passes them to no host; 0 if nothing is said */
  readonly refusedAnyway?: number;
}

export interface CallWorld {
  readonly guarded: ProxyFixture;
  readonly open: ProxyFixture;
  /** Whether a call got what it may not have */
  readonly succeeds: (proxy: ProxyFixture, call: ApiCall) => Promise<boolean>;
}

/** A call succeeds when the stand-in has something after it that it hadn't. */
export function arrivesAt(arrived: readonly unknown[]): CallWorld["succeeds"] {
  return async (proxy, call) => {
    const before = arrived.length;
    await sendCall(proxy, call);
    return arrived.length > before;
  };
}

export function describeCalls({ title, calls, score, open, refusedAnyway = 0 }: CallTable): void {
  const count = { attempts: 0, blocked: 0, controlSucceeded: 0 };

  describe(`${title}`, () => {
    const world = openShared(open);

    test.each(calls)("$title", async (call) => {
      count.attempts += 1;
      expect(await world().succeeds(world().guarded, call)).toBe(false);
      count.blocked += 1;
      const isControl = await world().succeeds(world().open, call);
      if (isControl) count.controlSucceeded += 1;
      if (refusedAnyway === 0) expect(isControl, "through the open proxy").toBe(true);
    });

    test("all but a few succeed through the open proxy (control)", () => {
      recordScore({ ...score, ...count });
      expect(count.attempts - count.controlSucceeded).toBeLessThanOrEqual(refusedAnyway);
    });
  });
}
