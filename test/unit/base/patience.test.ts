import { expect, test } from "vitest";
import { VaultboxError } from "../../../src/base/errors.ts";
import { patiently } from "../../../src/base/patience.ts";

const declined = new VaultboxError("VBX_HOST_COMMAND_FAILED", "the user said no");

/** A source that fails, under a clock that the test turns. */
function createAsked(answers: readonly (Error | string)[]) {
  let time = 0;
  let count = 0;
  const ask = async (): Promise<string> => {
    const answer = answers[Math.min(count, answers.length - 1)] ?? "";
    count += 1;
    await Promise.resolve();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const asked = patiently(ask, () => time);
  return { asked, count: () => count, pass: (ms: number) => void (time += ms) };
}

test("what failed is asked again after 5 s, then after twice as long each time, at most 5 minutes", async () => {
  const { asked, count, pass } = createAsked([declined]);
  const pauses: number[] = [];
  for (let seconds = 0, last = 0; seconds < 3_600; seconds += 1) {
    const before = count();
    await expect(asked()).rejects.toThrow("the user said no");
    if (count() > before && seconds > 0) pauses.push(seconds - last);
    if (count() > before) last = seconds;
    pass(1_000);
  }
  expect(pauses.slice(0, 8)).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  expect(count()).toBeLessThan(20);
});

test("of all who ask at one time one failure counts, and those who come later get it too", async () => {
  const { asked, count, pass } = createAsked([declined]);
  const together = await Promise.allSettled([1, 2, 3].map(() => asked()));
  expect(together.map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
  pass(4_000);
  await expect(asked()).rejects.toThrow(/the user said no \(it failed, and is asked again in 1 s/);
  expect(count()).toBe(3);
  pass(1_000);
  await asked().catch(() => undefined);
  expect(count()).toBe(4);
});

test("after a success it begins anew, and a credential that isn't there is looked for each time", async () => {
  const unknown = new VaultboxError("VBX_CREDENTIAL_UNKNOWN", "it was removed");
  const { asked, count, pass } = createAsked([declined, "yes", declined, unknown, unknown, "yes"]);
  await asked().catch(() => undefined);
  pass(5_000);
  expect(await asked()).toBe("yes");
  await asked().catch(() => undefined);
  pass(5_000);
  for (const _ of [1, 2]) await expect(asked()).rejects.toThrow("it was removed");
  expect(await asked()).toBe("yes");
  expect(count()).toBe(6);
});
