/** Lets so many in at a time; the others wait in their order. Returns what gives the place back, once. */
export function openSemaphore(count: number): () => Promise<() => void> {
  let free = count;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let isInside = true;
    return () => {
      if (isInside) leave();
      isInside = false;
    };
  };
}
