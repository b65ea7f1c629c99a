import { describe, expect, it } from "vitest";
import { HeldBytes } from "../../../../src/proxy/egress/held-bytes.ts";

const soon = 20;

describe("HeldBytes", () => {
  it("lets a request wait for room, and refuses it when there is none in time", async () => {
    const account = new HeldBytes(100, soon);
    using first = account.open();
    await first.take(80);
    using second = account.open();
    await expect(second.take(30)).rejects.toMatchObject({ status: 503, reason: "limit-exceeded" });
    const waiting = second.take(30);
    first.shrinkTo(60);
    await waiting;
    expect(account.held).toBe(90);
  });

  it("refuses at once what never fits", async () => {
    const account = new HeldBytes(100, 60_000);
    using hold = account.open();
    await expect(hold.take(101)).rejects.toMatchObject({ status: 503 });
    expect(account.held).toBe(0);
  });

  it("lets a small request go on before a large one that doesn't fit yet", async () => {
    const account = new HeldBytes(100, 1000);
    const first = account.open();
    await first.take(70);
    using large = account.open();
    using small = account.open();
    const order: string[] = [];
    const both = [
      large.take(90).then(() => order.push("large")),
      small.take(40).then(() => order.push("small")),
    ];
    first.shrinkTo(50);
    await both[1];
    small.shrinkTo(0);
    first[Symbol.dispose]();
    await both[0];
    expect(order).toEqual(["small", "large"]);
  });

  it("never holds more than the limit, and nothing once all is given back", async () => {
    const account = new HeldBytes(100, soon);
    let most = 0;
    let refused = 0;
    const hold = async (bytes: number): Promise<void> => {
      using own = account.open();
      try {
        await own.take(bytes);
        most = Math.max(most, account.held);
        await new Promise((resolve) => setTimeout(resolve, bytes % 7));
        own.grow(bytes % 5);
      } catch {
        refused += 1;
      }
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => hold((index * 37) % 90)));
    expect(most).toBeLessThanOrEqual(100);
    expect(refused).toBeLessThan(200);
    expect(account.held).toBe(0);
  });

  it("refuses bytes that came already when there is no room for them", async () => {
    const account = new HeldBytes(100, soon);
    using hold = account.open();
    await hold.take(90);
    expect(() => hold.grow(11)).toThrow("too many large requests");
    hold.grow(10);
    expect(account.held).toBe(100);
  });

  it("takes nothing for what is over, and gives back once", async () => {
    const account = new HeldBytes(100, 1000);
    const first = account.open();
    await first.take(100);
    const late = account.open();
    const waiting = late.take(50);
    late[Symbol.dispose]();
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await waiting;
    expect(account.held).toBe(0);
    expect(() => late.grow(1)).toThrow("too many large requests");
  });
});
