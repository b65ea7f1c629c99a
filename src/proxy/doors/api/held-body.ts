import type { Passage } from "../door.ts";

/** Holds the body until the exchange is over, or the request is refused. */
export async function releasing(
  { release }: { readonly release: () => void },
  work: () => Passage | Promise<Passage>,
): Promise<Passage> {
  try {
    const passage = await work();
    if (passage.type === "forward") {
      return { ...passage, release: () => Promise.resolve(release()) };
    }
    release();
    return passage;
  } catch (error) {
    release();
    throw error;
  }
}
