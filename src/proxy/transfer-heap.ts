import { setFlagsFromString } from "node:v8";

/**
 * Makes V8's heap fit for transfers. Each 16 KB that TLS decrypts are a buffer outside of it, and V8 begins to mark all that
 * is in it whenever some MB of such came, however short they live: about six times for 100 MB, on all processors. Where it
 * doesn't mark in steps, many young buffers make it clear the young ones, which is all that is needed; it marks when what is
 * in it has grown, and takes 10 to 20 ms for that.
 *
 * Node's documentation of `setFlagsFromString` warns of flags that are set late. V8 reads this one whenever it chooses how
 * to collect, and nothing in the heap depends on it.
 */
export function fitHeapForTransfers(): void {
  setFlagsFromString("--no-incremental-marking");
}
