import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import type { Identity, Stanza } from "age-encryption";
import { decodeBech32 } from "./bech32.ts";
import { fileKeyBytes, openFileKey, tagBytes } from "./file-key.ts";
import { AgeFormatError, fromBase64 } from "./header.ts";

/** Beginning of an identity of age's own kind, `AGE-SECRET-KEY-1…`. */
const prefix = "AGE-SECRET-KEY-";
const keyBytes = 32;
const label = "age-encryption.org/v1/X25519";

// RFC 8410: PKCS #8 and SubjectPublicKeyInfo, up to the 32 bytes of the key
const privateStart = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicStart = Buffer.from("302a300506032b656e032100", "hex");

/** Whether it's of the kind that age-keygen makes without flags; it may still have a fault. */
export function isX25519Identity(identity: string): boolean {
  return identity.startsWith(`${prefix}1`);
}

/**
 * The X25519 identity of age (age-encryption.org/v1, section "X25519 recipient type") on Node's own curve.
 * @throws AgeFormatError for one that isn't as it was written
 */
export function toX25519Identity(identity: string): Identity {
  const decoded = decodeBech32(identity);
  if (decoded?.prefix !== prefix || decoded.bytes.length !== keyBytes) {
    throw new AgeFormatError("not an X25519 identity");
  }
  const privateKey = toPrivateKey(decoded.bytes);
  const recipient = createPublicKey(privateKey)
    .export({ format: "der", type: "spki" })
    .subarray(-keyBytes);
  return {
    unwrapFileKey: (stanzas) => {
      for (const stanza of stanzas) {
        if (stanza.args[0] !== "X25519") continue;
        const fileKey = unwrap(stanza, privateKey, recipient);
        if (fileKey !== null) return fileKey;
      }
      return null;
    },
  };
}

/** @throws AgeFormatError, or Node's error for a share of low order */
function unwrap(stanza: Stanza, privateKey: KeyObject, recipient: Uint8Array): Uint8Array | null {
  const [, share = "", ...rest] = stanza.args;
  const point = fromBase64(share);
  if (point.length !== keyBytes || rest.length > 0) throw new AgeFormatError("no X25519 share");
  if (stanza.body.length !== fileKeyBytes + tagBytes) throw new AgeFormatError("no file key");
  const secret = diffieHellman({ privateKey, publicKey: toPublicKey(point) });
  const key = hkdfSync("sha256", secret, Buffer.concat([point, recipient]), label, 32);
  return openFileKey(new Uint8Array(key), stanza.body);
}

function toPrivateKey(bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([privateStart, bytes]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

function toPublicKey(bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([publicStart, bytes]);
  return createPublicKey({ key, format: "der", type: "spki" });
}
