// The scrypt recipient of age (age-encryption.org/v1, section "scrypt recipient type") on Node's own scrypt: it runs
// outside the event loop, so a session goes on serving requests while it opens a vault, in half the time.
import { createCipheriv, randomBytes, scrypt, type ScryptOptions } from "node:crypto";
import type { Identity, Recipient, Stanza } from "age-encryption";
import { fileKeyBytes, openFileKey, tagBytes } from "./age/file-key.ts";
import { toBase64 } from "./age/header.ts";

/** `log2 N` of vaults that are written: 256 MiB of memory, 0.7 s on a 2-core machine of 2026. */
const workFactor = 18;

/** `log2 N` of files that are opened. Below, a guess is too cheap; above, opening takes a gigabyte and more. */
export const acceptedWorkFactors = { least: 16, most: 22 } as const;

const saltBytes = 16;
const label = "age-encryption.org/v1/scrypt";

export function toScryptRecipient(passphrase: string): Recipient {
  return {
    wrapFileKey: async (fileKey) => {
      const salt = randomBytes(saltBytes);
      const key = await deriveKey(passphrase, salt, workFactor);
      // The key is used once, so a fixed nonce is right
      const cipher = createCipheriv("chacha20-poly1305", key, Buffer.alloc(12), {
        authTagLength: tagBytes,
      });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      const age = await import("age-encryption");
      return [new age.Stanza(["scrypt", toBase64(salt), String(workFactor)], new Uint8Array(body))];
    },
  };
}

/** Opens files whose work factor is within `acceptedWorkFactors`; another one is an error before any derivation. */
export function toScryptIdentity(passphrase: string): Identity {
  return {
    unwrapFileKey: async (stanzas) => {
      const stanza = stanzas.find((candidate) => candidate.args[0] === "scrypt");
      if (stanza === undefined) return null;
      if (stanzas.length !== 1) throw new Error("a scrypt stanza must be the only one");
      const { salt, logN } = parseStanza(stanza);
      return openFileKey(await deriveKey(passphrase, salt, logN), stanza.body);
    },
  };
}

function parseStanza(stanza: Stanza): { salt: Buffer; logN: number } {
  const [, saltText = "", logText = "", ...rest] = stanza.args;
  const salt = Buffer.from(saltText, "base64");
  if (rest.length > 0 || salt.length !== saltBytes || toBase64(salt) !== saltText) {
    throw new Error("invalid scrypt stanza");
  }
  if (!/^[1-9]\d?$/.test(logText)) throw new Error("invalid scrypt work factor");
  const logN = Number(logText);
  if (logN < acceptedWorkFactors.least || logN > acceptedWorkFactors.most) {
    throw new WorkFactorError(logN);
  }
  if (stanza.body.length !== fileKeyBytes + tagBytes) throw new Error("invalid scrypt stanza");
  return { salt, logN };
}

function deriveKey(passphrase: string, salt: Uint8Array, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  // scrypt takes 128·N·r bytes; Node's own limit is 32 MiB
  const options: ScryptOptions = { N, r: 8, p: 1, maxmem: 128 * N * 8 + 1024 * 1024 };
  const input = Buffer.concat([Buffer.from(label), salt]);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(passphrase, input, 32, options, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

/** The file asks for a derivation that's too cheap or too dear to be ours. */
export class WorkFactorError extends Error {
  readonly logN: number;

  constructor(logN: number) {
    super(`work factor ${logN} is outside what is accepted`);
    this.name = "WorkFactorError";
    this.logN = logN;
  }
}
