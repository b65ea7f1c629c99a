import { VaultboxError } from "../base/errors.ts";

/** SIGINT and SIGTERM as an abort signal, so that the demo ends by its own clean-up; until disposed. */
export interface Cancellation extends Disposable {
  readonly signal: AbortSignal;
}

export function watchCancellation(): Cancellation {
  const controller = new AbortController();
  const onSignal = (): void => controller.abort(new VaultboxError("VBX_CANCELLED", "cancelled"));
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}
