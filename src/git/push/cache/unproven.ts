// Not proven is never allowed: what stands in the way of an answer refuses the push.
import { debug } from "../../../base/debug.ts";
import { hasCode, VaultboxError } from "../../../base/errors.ts";

/** A push that can't be accepted; the message is one short line for `unpack` or `ng` of the report. */
export class PackRefused extends Error {
  override readonly name = "PackRefused";
}

/** The upstream's answer can't be used: nothing is proven by it. */
export class UpstreamUnusable extends Error {
  override readonly name = "UpstreamUnusable";
}

/** Git couldn't say it: an object is missing or damaged, a limit was reached, or it was killed. */
export class ObjectsUnreadable extends Error {
  override readonly name = "ObjectsUnreadable";
}

/** Turns what goes wrong into a refusal; the details (folders, versions) are for the host's eyes. */
export async function asRefused<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const why = toReason(error);
    if (why === undefined) throw error;
    if (error instanceof Error) debug("push", error.message);
    throw new PackRefused(why, { cause: error });
  }
}

function toReason(error: unknown): string | undefined {
  if (error instanceof UpstreamUnusable || error instanceof ObjectsUnreadable) {
    return `it can't be checked: ${error.message}`;
  }
  if (hasCode(error, "ENOSPC", "EDQUOT")) return "it can't be checked: the host's disk is full";
  if (!(error instanceof VaultboxError)) return undefined;
  return error.code === "VBX_GIT_UNUSABLE"
    ? "it must be checked, and the host has no usable git"
    : "it can't be checked on the host";
}
