import { VaultboxError } from "../../../base/errors.ts";
import { ObjectsUnreadable } from "./object-parser.ts";
import { UpstreamUnusable } from "./upstream.ts";

/** Turns what stands in the way of an answer into one error: without an answer, the push is refused. */
export async function asUnproven<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const why = toReason(error);
    if (why === undefined) throw error;
    throw new VaultboxError("VBX_PUSH_UNPROVEN", `it can't be checked: ${why}`, { cause: error });
  }
}

function toReason(error: unknown): string | undefined {
  if (error instanceof UpstreamUnusable || error instanceof ObjectsUnreadable) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" ? "the host's disk is full" : undefined;
}
