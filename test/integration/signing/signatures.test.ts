import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { toFingerprint, toPublicKeyLine } from "../../../src/git/signing/ssh-key.ts";
import {
  generateStoredKey,
  parseStoredKey,
  toStoredKey,
} from "../../../src/git/signing/ssh-key-private.ts";
import { signForGit, signWithKey } from "../../../src/git/signing/sshsig.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isValidSignature, makeKeyFile } from "../../support/signing-key.ts";

const execute = promisify(execFile);

function signerOf(stored: string): Parameters<typeof signForGit>[1] {
  const key = parseStoredKey(stored);
  return { publicKey: key.publicKey, sign: (data) => Promise.resolve(signWithKey(key, data)) };
}

test("a key of ssh-keygen is read with the public key and the fingerprint that ssh-keygen says", async () => {
  await using file = await makeKeyFile();
  const { publicKey } = parseStoredKey(toStoredKey(file.text));
  expect(toPublicKeyLine(publicKey)).toBe(file.publicLine);
  const { stdout } = await execute("ssh-keygen", ["-l", "-f", file.path]);
  expect(stdout.split(" ")[1]).toBe(toFingerprint(publicKey));
});

test("signatures by keys from a file and by generated keys hold for ssh-keygen, for that message and namespace only", async () => {
  await using file = await makeKeyFile();
  const message = randomBytes(5000);
  for (const stored of [toStoredKey(file.text), generateStoredKey("made here")]) {
    const signer = signerOf(stored);
    const publicLine = toPublicKeyLine(signer.publicKey);
    const signature = await signForGit(message, signer);
    const check = { message, signature, publicLine };
    expect(await isValidSignature(file.folder, check)).toBe(true);
    expect(await isValidSignature(file.folder, { ...check, namespace: "file" })).toBe(false);
    const changed = Buffer.concat([message, Buffer.from("x")]);
    expect(await isValidSignature(file.folder, { ...check, message: changed })).toBe(false);
  }
});

test("keys that are encrypted or of another type are refused with the way to the ssh-agent", async () => {
  await using encrypted = await makeKeyFile({ passphrase: "secret words" });
  await using rsa = await makeKeyFile({ type: "rsa", bits: 2048 });
  await using ecdsa = await makeKeyFile({ type: "ecdsa" });
  const cases = [
    [encrypted, /encrypted with a passphrase/],
    [rsa, /of the type ssh-rsa/],
    [ecdsa, /of the type ecdsa-sha2-nistp256/],
  ] as const;
  for (const [file, why] of cases) {
    expect(() => toStoredKey(file.text)).toThrow(why);
    expect(() => toStoredKey(file.text)).toThrow(
      expect.objectContaining({
        hints: expect.arrayContaining([expect.stringMatching(/ssh-add/)]),
      }),
    );
  }
});
