import { createHash } from "node:crypto";
import type { SignableObject } from "./commit-object.ts";

/**
 * The id that git gives the object once the signature is in it. The repository's hash is known by the ids in the object:
 * 40 hexadecimal digits are SHA-1, 64 are SHA-256.
 * @param payload the bytes that were signed
 * @param signature armoured, ends with a line break
 */
export function toSignedObjectId(
  object: SignableObject,
  payload: Buffer,
  signature: string,
): string {
  const id = object.type === "commit" ? object.tree : object.object;
  const algorithm = id.length === 64 ? "sha256" : "sha1";
  const content =
    object.type === "commit"
      ? withSignatureHeader(payload, signature, algorithm)
      : Buffer.concat([payload, Buffer.from(signature)]);
  return createHash(algorithm)
    .update(`${object.type} ${content.length}\0`)
    .update(content)
    .digest("hex");
}

/** git's add_header_signature: the last header, with a blank in front of every line but the first. */
function withSignatureHeader(
  payload: Buffer,
  signature: string,
  algorithm: "sha1" | "sha256",
): Buffer {
  const name = algorithm === "sha1" ? "gpgsig" : "gpgsig-sha256";
  const lines = signature.replace(/\n$/, "").split("\n");
  const header = Buffer.from(`${name} ${lines.join("\n ")}\n`);
  const at = payload.indexOf("\n\n") + 1;
  return Buffer.concat([payload.subarray(0, at), header, payload.subarray(at)]);
}
