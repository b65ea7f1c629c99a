import { VaultboxError, isVaultboxError } from "../base/errors.ts";
import { toPrintable } from "../base/printable.ts";

/** An answer of the engine's API that isn't success; `message` is the engine's own. */
export class EngineApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "EngineApiError";
    this.status = status;
  }
}

/** An engine that let a call wait too long. */
export class SilentEngineError extends Error {
  /** @param ms how long it was waited for */
  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`);
    this.name = "SilentEngineError";
  }
}

/** What the engine answers; undefined where it says that there is no such thing. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof EngineApiError && statuses.includes(error.status);
}

/** Whether the engine refused to remove something because something else needs it. */
export function isInUse(error: unknown): boolean {
  return isVaultboxError(error, "VBX_ENGINE_FAILED") && hasStatus(error.cause, 409);
}

/** The error for the user: what could not be done, and what the engine said. */
export function toEngineError(action: string, error: unknown): VaultboxError {
  if (isVaultboxError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (error instanceof EngineApiError) {
    const text = `cannot ${action}: the engine says: ${toPrintable(message.trim())}`;
    return new VaultboxError("VBX_ENGINE_FAILED", text, options);
  }
  if (error instanceof SilentEngineError) {
    return new VaultboxError("VBX_ENGINE_FAILED", `cannot ${action}: the engine gave ${message}`, {
      ...options,
      hints: ["see whether it answers: docker ps", "start it anew, then: vaultbox prune"],
    });
  }
  // Connection errors: the engine went away between the ping and now
  const text = `cannot ${action}: the connection to the engine failed: ${toPrintable(message)}`;
  return new VaultboxError("VBX_ENGINE_FAILED", text, options);
}

/** Runs calls of the engine; what they throw becomes an error that says what could not be done. */
export async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toEngineError(action, error);
  }
}
