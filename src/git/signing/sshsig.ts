// Signatures of files by SSH keys (PROTOCOL.sshsig of OpenSSH), for git alone.
import { createHash, sign } from "node:crypto";
import { type SshPublicKey, toSshString, toSshUint32 } from "./ssh-key.ts";
import { ed25519KeyType, type SshPrivateKey } from "./ssh-key-private.ts";

/** The only namespace that is ever signed: a signature for it is worth nothing to a login, a file or a mail. */
export const gitNamespace = "git";

const magic = Buffer.from("SSHSIG", "latin1");
const version = 1;
const hashAlgorithm = "sha512";
/** Characters of a line between the marks, as OpenSSH writes them */
const lineLength = 70;

/** What signs, wherever its key is. */
export interface SshSigner {
  readonly publicKey: SshPublicKey;
  /**
   * The signature of the data: its algorithm and its bytes, as RFC 4253 §6.6 encodes them.
   * @throws VaultboxError when the key can't be used now
   */
  readonly sign: (data: Buffer) => Promise<Buffer>;
}

/** The armoured signature of a message in the namespace `git`. @throws VaultboxError of the signer */
export async function signForGit(message: Buffer, signer: SshSigner): Promise<string> {
  return toArmour(signer.publicKey, await signer.sign(toSignedData(message)));
}

/** What the key itself signs: never the message, so no other protocol takes the result for its own. */
export function toSignedData(message: Buffer): Buffer {
  return Buffer.concat([
    magic,
    toSshString(gitNamespace),
    toSshString(""),
    toSshString(hashAlgorithm),
    toSshString(createHash(hashAlgorithm).update(message).digest()),
  ]);
}

/** The signature as text between `BEGIN` and `END SSH SIGNATURE` lines, with a line break at its end (PROTOCOL.sshsig). */
export function toArmour(publicKey: SshPublicKey, signature: Buffer): string {
  const blob = Buffer.concat([
    magic,
    toSshUint32(version),
    toSshString(publicKey.blob),
    toSshString(gitNamespace),
    toSshString(""),
    toSshString(hashAlgorithm),
    toSshString(signature),
  ]);
  const lines = blob.toString("base64").match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}

/** A signature by a key in memory. */
export function signWithKey({ key }: SshPrivateKey, data: Buffer): Buffer {
  return Buffer.concat([toSshString(ed25519KeyType), toSshString(sign(null, data, key))]);
}
