import { createHash } from "node:crypto";
import { ChunkQueue } from "../../base/chunk-queue.ts";
import type { BoundCredential } from "../../credential/bound-hosts.ts";
import type { BodyDigest } from "../../credential/scheme.ts";
import { kindOf } from "../../credential/schemes.ts";
import { Refusal } from "../../http/refusal.ts";
import type { OutgoingBody } from "../../http/handler.ts";
import { bufferedBody } from "../../http/buffered-body.ts";
import { proxyLimits } from "../limits.ts";
import type { Hold } from "../../http/hold.ts";

/** A body that was read whole, so that its request can be signed. */
export interface SignedBody {
  readonly digest: Buffer;
  readonly body: OutgoingBody;
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
  next: () => Promise<Buffer | undefined>,
  digest: BodyDigest,
  hold: Hold,
): Promise<SignedBody> {
  const pieces = new ChunkQueue();
  for (let piece = await next(); piece !== undefined; piece = await next()) {
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
