import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { remembered, rememberingLast } from "../../../src/base/remembered.ts";

test("what was made of a text is given again, and of 1,024 texts at most", () => {
  const made: string[] = [];
  const upper = remembered((text) => {
    made.push(text);
    return text.toUpperCase();
  });
  expect([upper("a"), upper("a"), upper("é")]).toEqual(["A", "A", "É"]);
  expect(made).toEqual(["a", "é"]);
  for (let count = 0; count < 2000; count += 1) upper(`x${count}`);
  upper("x1999");
  upper("a");
  expect(made).toHaveLength(2 + 2000 + 1);
});

test("a long text is worked out each time, and so is one that fails", () => {
  let calls = 0;
  const length = remembered((text) => {
    calls += 1;
    if (text === "bad") throw new Error("no");
    return { length: text.length };
  });
  const long = "x".repeat(257);
  expect([length(long), length(long)]).toEqual([{ length: 257 }, { length: 257 }]);
  expect(calls).toBe(2);
  expect(() => length("bad")).toThrow("no");
  expect(() => length("bad")).toThrow("no");
  expect(calls).toBe(4);
});

test("a text beyond Latin-1 is taken as it is, and not for the one that its bytes would be", () => {
  const made: string[] = [];
  const fold = remembered((text) => {
    made.push(text);
    return text.replaceAll(/[^a-z-]/g, "-");
  });
  // The lower byte of the last letter is that of `a`
  expect([fold("x-\u0161"), fold("x-a"), fold("x-\u0161")]).toEqual(["x--", "x-a", "x--"]);
  expect(made).toEqual(["x-\u0161", "x-a", "x-\u0161"]);
});

test("a piece of a longer text doesn't keep that one in memory", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const keep = remembered((text) => ({ text }));
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 1000; count += 1) {
    const head = `${"y".repeat(60_000)}${count}`;
    keep(head.slice(-40));
  }
  collect();
  expect(keep("z").text).toBe("z");
  // 60 MB if each did
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
});

test("only the last text is remembered, and none that failed or is long", () => {
  const made: string[] = [];
  const upper = rememberingLast((text) => {
    made.push(text);
    if (text === "bad") throw new Error("no");
    return text.toUpperCase();
  });
  expect([upper("a"), upper("a"), upper("b"), upper("a")]).toEqual(["A", "A", "B", "A"]);
  expect(() => upper("bad")).toThrow("no");
  expect(() => upper("bad")).toThrow("no");
  expect(upper("a")).toBe("A");
  expect(made).toEqual(["a", "b", "a", "bad", "bad"]);
  const long = "x".repeat(4097);
  expect([upper(long), upper(long)]).toEqual([long.toUpperCase(), long.toUpperCase()]);
  expect(made).toHaveLength(7);
});
