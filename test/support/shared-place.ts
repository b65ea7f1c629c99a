import { afterAll, beforeAll } from "vitest";

/** Longest time to open what tests share, ms: a few sandboxes on a busy machine. */
const openTimeoutMs = 300_000;

/** Opens something once for all tests of the `describe` around the call, and closes what it put on the stack after the last. */
export function openShared<T>(open: (stack: AsyncDisposableStack) => Promise<T>): () => T {
  const stack = new AsyncDisposableStack();
  let opened: { readonly place: T } | undefined;
  beforeAll(async () => {
    opened = { place: await open(stack) };
  }, openTimeoutMs);
  afterAll(() => stack.disposeAsync());
  return () => {
    if (opened === undefined) throw new Error("it's opened before the first test, and not sooner");
    return opened.place;
  };
}
