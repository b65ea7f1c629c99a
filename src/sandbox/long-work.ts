import { formatElapsed } from "../base/units.ts";

/** When it's said for the first time, and how often from then on, in milliseconds */
const firstMs = 2_000;
const againMs = 15_000;

/**
 * Waits for work, and says that it goes on when it takes more than a moment.
 * @param what for people: `looking through the workspace`
 */
export async function sayWhileLong<Result>(
  work: Promise<Result>,
  what: string,
  onNote: (text: string) => void,
): Promise<Result> {
  const startedAt = performance.now();
  let timer = setTimeout(() => {
    onNote(`${what} …`);
    timer = setInterval(() => onNote(`${what}: ${formatElapsed(startedAt)} so far`), againMs);
  }, firstMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
