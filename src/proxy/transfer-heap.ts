import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Bytes of both halves of the young generation, which V8 would let grow to 64 MB. Measured, requests on 32 connections cost
 * no more of the processor than with 16 or 64 MB; with 2 MB, collections take a tenth of their time.
 */
const mostYoungBytes = 8 * 1024 * 1024;

/** How many bytes arrive between two looks at it, which takes 15 µs. */
const lookBytes = 1024 * 1024;

/** How many bytes arrive between two collections of what they arrived in. V8 begins at 64 MB by itself. */
const collectBytes = 8 * 1024 * 1024;

/**
 * V8's heap, kept fit for transfers: the pieces of bodies are buffers outside of it, 16 KB that live for a moment, and V8
 * goes by what is inside. Its flags are those of the process.
 *
 * Node's documentation of `setFlagsFromString` warns of flags that are set late. V8 reads these whenever it chooses how to
 * collect, and nothing in the heap depends on them. Node compiles its own modules anew once a flag was set, so this is for
 * when most are loaded.
 */
export class TransferHeap {
  #unlooked = 0;
  #uncollected = 0;
  #mayGrow: boolean | undefined;
  #collect: (() => void) | undefined;

  constructor() {
    // V8 begins to mark all that is in the heap whenever some MB of buffers came, however short they live: about six times
    // for 100 MB, on all processors. Where it doesn't mark in steps, many young buffers make it clear the young ones, which
    // is all that is needed; it marks when what is in it has grown, and takes 10 to 20 ms for that
    setFlagsFromString("--no-incremental-marking");
    this.#limitGrowth();
  }

  /** Told of all bytes that come from a socket. */
  arrived(bytes: number): void {
    this.#unlooked += bytes;
    if (this.#unlooked >= lookBytes) this.#look();
  }

  #look(): void {
    this.#uncollected += this.#unlooked;
    this.#unlooked = 0;
    if (this.#uncollected >= collectBytes) {
      this.#uncollected = 0;
      this.#collect ??= exposeCollection();
      this.#collect();
    }
    this.#limitGrowth();
  }

  /** It shrinks by itself where little is going on, and must grow again when it's needed. */
  #limitGrowth(): void {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    const mayGrow = young !== undefined && young.space_size < mostYoungBytes;
    if (mayGrow === this.#mayGrow) return;
    this.#mayGrow = mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  }
}

/** Collects the young generation, and frees the buffers that only young objects hold. */
function exposeCollection(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as NonNullable<typeof globalThis.gc>;
  return () => collect({ type: "minor", execution: "sync" });
}
