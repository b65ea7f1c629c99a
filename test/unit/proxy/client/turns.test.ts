import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "../../../../src/proxy/client/turns.ts";

function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("nobody waits before the budget is used up, and those who then do go on in one turn where they take little of it", async () => {
  const turns = new Turns();
  expect(turns.take()).toBeUndefined();
  work(25);
  const done: number[] = [];
  const waiting = Array.from({ length: 50 }, async (_, index) => {
    await turns.take();
    done.push(index);
  });
  expect(done).toEqual([]);
  await nextTurn();
  await Promise.all(waiting);
  expect(done).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(turns.take()).toBeUndefined();
});

test("of those who take long each has a turn of its own", async () => {
  const turns = new Turns();
  work(25);
  let done = 0;
  const waiting = Array.from({ length: 5 }, async () => {
    await turns.take();
    done += 1;
    work(21);
  });
  const seen: number[] = [];
  while (done < 5) {
    await nextTurn();
    seen.push(done);
  }
  await Promise.all(waiting);
  expect(seen.every((count, index) => count <= index + 1)).toBe(true);
});

test("whoever goes on without waiting for anything doesn't overtake those who wait", async () => {
  const turns = new Turns();
  const served: string[] = [];
  const pipeline = async (name: string) => {
    for (let request = 0; request < 50; request += 1) {
      const turn = turns.take();
      if (turn !== undefined) await turn;
      served.push(name);
      work(0.1);
    }
  };
  work(25);
  const all = ["a", "b", "c"].map(pipeline);
  const turn = turns.take();
  if (turn !== undefined) await turn;
  served.push("last");
  await Promise.all(all);
  expect(served.slice(0, 4)).toEqual(["a", "b", "c", "last"]);
});
