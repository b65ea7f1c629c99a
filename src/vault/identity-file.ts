import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { toShellWord } from "../base/shell-word.ts";
import { type AgeKey, checkIdentity, decryptText, readAgeKind } from "./age-file.ts";
import { readPrivateFile } from "../base/fs/private-file.ts";

/** Bytes of a file that holds a key or a passphrase. */
const maxKeyFileBytes = 64 * 1024;

/** How the identities of a file are come by. */
export interface IdentitySource {
  /** The vault or the file that they're to open, for messages */
  readonly opens: string;
  /** What to do when it can't be opened by them */
  readonly hint: string;
  /** Of a file that is encrypted itself (`age -p`); absent when there is no way to ask */
  readonly passphrase: () => Promise<string>;
}

/**
 * The identities of a private file, as `age-keygen` writes it: a line each, comments between them. The file may be
 * encrypted with a passphrase, armoured or not.
 * @throws VaultboxError VBX_FILE_UNSAFE, VBX_VAULT_LOCKED, VBX_PASSPHRASE_WRONG
 */
export async function readIdentityFile(
  path: string,
  source: IdentitySource,
): Promise<readonly AgeKey[]> {
  const file = await readKeyFile(path);
  const text = await toText(path, file, source);
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const found = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const fail = (why: string): VaultboxError =>
    new VaultboxError("VBX_VAULT_LOCKED", `cannot open ${source.opens}: ${quoted(path)} ${why}`, {
      hints: [source.hint],
    });
  const identities = found.filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  for (const identity of identities) {
    // Without the cause: nothing about a key belongs in an error
    await checkIdentity(identity).catch(() => {
      throw fail("holds an identity that is not as it was written");
    });
  }
  const origin = quoted(path);
  const keys = identities.map((identity): AgeKey => ({ type: "identity", identity, origin }));
  if (keys.length > 0) return keys;
  throw fail(`holds no age identity${toOtherKind(text)}`);
}

/** A passphrase from a private file, without its last line break. @throws VaultboxError VBX_FILE_UNSAFE, VBX_USAGE */
export async function readPassphraseFile(path: string): Promise<string> {
  const passphrase = Buffer.from(await readKeyFile(path))
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (passphrase !== "") return passphrase;
  throw new VaultboxError("VBX_USAGE", `cannot use ${quoted(path)}: it holds no passphrase`);
}

async function readKeyFile(path: string): Promise<Uint8Array> {
  const file = await readPrivateFile(path, maxKeyFileBytes);
  if (file !== undefined) return file.bytes;
  throw new VaultboxError("VBX_VAULT_LOCKED", `cannot read ${quoted(path)}: there is no such file`);
}

async function toText(path: string, bytes: Uint8Array, source: IdentitySource): Promise<string> {
  const kind = readAgeKind(bytes);
  if (kind === undefined) return Buffer.from(bytes).toString("utf8");
  if (kind === "passphrase") {
    return decryptText(path, bytes, { type: "passphrase", passphrase: await source.passphrase() });
  }
  throw new VaultboxError(
    "VBX_VAULT_LOCKED",
    `cannot open ${source.opens}: ${quoted(path)} is encrypted to another identity`,
    { hints: [`decrypt it first: age -d -i KEY -o PLAIN ${toShellWord(path)}`] },
  );
}

/** What a file without identities holds instead. */
function toOtherKind(text: string): string {
  if (text.includes("AGE-PLUGIN-")) return ": one of a plugin is for the age program only";
  if (/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/.test(text)) return ": an SSH key is none";
  if (/^age1/m.test(text)) return ": a recipient is the public half";
  return "";
}
