import { createHash } from "node:crypto";
import { ChunkQueue } from "../../base/chunk-queue.ts";
import type { BoundCredential } from "../../credential/bound-hosts.ts";
import type { BodyDigest } from "../../credential/scheme.ts";
import { kindOf } from "../../credential/schemes.ts";
import { Refusal } from "../../http/refusal.ts";
import { proxyLimits } from "../limits.ts";
import type { Hold } from "../../http/hold.ts";
import { type Body, bufferedBody } from "../../http/body.ts";

/** A body that was read whole, so that its request can be signed. */
export interface SignedBody {
  readonly digest: Buffer;
  readonly body: Body;
}

/** The digest of the body that a credential of the plan signs; undefined when none does. */
export function toBodyDigest(plan: readonly BoundCredential[]): BodyDigest | undefined {
  for (const { binding } of plan) {
    const digest = kindOf(binding.scheme).bodyDigest?.(binding.scheme);
    if (digest !== undefined) return digest;
  }
  return undefined;
}

/**
 * Reads the body, and holds it until the exchange is over.
 * @throws Refusal 413 when it's longer than `signedBodyBytes`, 503 when too much is held
 */
export async function readSignedBody(
  body: Body,
  digest: BodyDigest,
  hold: Hold,
): Promise<SignedBody> {
  const pieces = new ChunkQueue();
  body.ask?.();
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) {
    hold.grow(piece.length);
    pieces.push(piece);
    if (pieces.size > proxyLimits.signedBodyBytes) throw tooLong();
  }
  const bytes = pieces.takeAll();
  return { digest: createHash(digest).update(bytes).digest(), body: bufferedBody(bytes) };
}

function tooLong(): Refusal {
  const what = `the body is longer than the ${proxyLimits.signedBodyBytes} bytes that can be signed with the credential of this host`;
  return new Refusal(413, "limit-exceeded", what);
}
