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

test.each<[what: string, toStored: (text: string) => string]>([
  ["from a file", toStoredKey],
  ["that was generated", () => generateStoredKey("made here")],
])(
  "a signature by a key %s holds for ssh-keygen, for that message and namespace only",
  async (_, toStored) => {
    await using file = await makeKeyFile();
    const message = randomBytes(5000);
    const signer = signerOf(toStored(file.text));
    const publicLine = toPublicKeyLine(signer.publicKey);
    const signature = await signForGit(message, signer);
    const check = { message, signature, publicLine };
    expect(await isValidSignature(file.folder, check)).toBe(true);
    expect(await isValidSignature(file.folder, { ...check, namespace: "file" })).toBe(false);
    const changed = Buffer.concat([message, Buffer.from("x")]);
    expect(await isValidSignature(file.folder, { ...check, message: changed })).toBe(false);
  },
);

test.each<[what: string, options: Parameters<typeof makeKeyFile>[0], why: RegExp]>([
  ["is encrypted", { passphrase: "secret words" }, /encrypted with a passphrase/],
  ["is of RSA", { type: "rsa", bits: 2048 }, /of the type ssh-rsa/],
  ["is of ECDSA", { type: "ecdsa" }, /of the type ecdsa-sha2-nistp256/],
])("a key that %s is refused with the way to the ssh-agent", async (_, options, why) => {
  await using file = await makeKeyFile(options);
  expect(() => toStoredKey(file.text)).toThrow(why);
  expect(() => toStoredKey(file.text)).toThrow(
    expect.objectContaining({
      hints: expect.arrayContaining([expect.stringMatching(/ssh-add/)]),
    }),
  );
});
