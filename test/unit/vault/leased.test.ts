import { expect, test } from "vitest";
import { leaseMs, Leased, waitOutLeases } from "../../../src/vault/leased.ts";

/** Answers that are given when the test says so, and a clock. */
function makeSource() {
  const asked: PromiseWithResolvers<string>[] = [];
  const clock = { ms: 0 };
  const read = (): Promise<string> => {
    const answer = Promise.withResolvers<string>();
    asked.push(answer);
    return answer.promise;
  };
  return { asked, clock, lease: new Leased(read, () => clock.ms) };
}

test("within a lease there is one read, and what it gave is there at once", async () => {
  const { asked, lease } = makeSource();
  const both = Promise.all([lease.get(), lease.get()]);
  asked[0]?.resolve("one");
  expect(await both).toEqual(["one", "one"]);
  expect(lease.get()).toBe("one");
  expect(asked).toHaveLength(1);
});

test("it's asked for again before the lease ends, and nobody waits for that", async () => {
  const { asked, clock, lease } = makeSource();
  void lease.get();
  asked[0]?.resolve("one");
  await Promise.resolve();
  clock.ms = leaseMs / 2;
  expect(await lease.get()).toBe("one");
  expect(asked).toHaveLength(2);
  asked[1]?.resolve("two");
  await new Promise(setImmediate);
  expect(lease.get()).toBe("two");
});

test("after the lease the old value is given to nobody, and a read that began before it has ended neither", async () => {
  const { asked, clock, lease } = makeSource();
  const early = lease.get();
  clock.ms = leaseMs;
  const late = lease.get();
  expect(asked).toHaveLength(2);
  asked[1]?.resolve("new");
  expect(await late).toBe("new");
  asked[0]?.resolve("old");
  expect(await early).toBe("old");
  expect(lease.get()).toBe("new");
  clock.ms = 2 * leaseMs;
  expect(lease.get()).toBeInstanceOf(Promise);
});

test("a failure is told to whoever asked, and what was held before is forgotten", async () => {
  const { asked, clock, lease } = makeSource();
  void lease.get();
  asked[0]?.resolve("one");
  await new Promise(setImmediate);
  clock.ms = leaseMs / 2;
  expect(lease.get()).toBe("one");
  asked[1]?.reject(new Error("locked"));
  await new Promise(setImmediate);
  const next = lease.get();
  asked[2]?.reject(new Error("still locked"));
  await expect(next).rejects.toThrow("still locked");
});

test("whoever waits for leases waits longer than one", async () => {
  const begun = performance.now();
  await waitOutLeases();
  expect(performance.now() - begun).toBeGreaterThan(leaseMs);
});
