import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  parsePublicKeyLine,
  SshFormatError,
  toFingerprint,
  toPublicKeyLine,
  toSshString,
} from "../../../../src/git/signing/ssh-key.ts";
import {
  generateStoredKey,
  parseStoredKey,
  toStoredKey,
} from "../../../../src/git/signing/ssh-key-private.ts";

function toFile(stored: string, lineEnd = "\n"): string {
  const lines = stored.match(/.{1,70}/g) ?? [];
  const marks = ["-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"];
  return [marks[0], ...lines, marks[1], ""].join(lineEnd);
}

describe("a private key", () => {
  test("that was made here is read back from its file, with line ends of either kind", () => {
    const stored = generateStoredKey("a comment");
    expect(toStoredKey(toFile(stored))).toBe(stored);
    expect(toStoredKey(toFile(stored, "\r\n"))).toBe(stored);
    expect(stored).not.toMatch(/\s/);
  });

  test("is refused when any of its bytes was changed or is missing, and no part of it is in the message", () => {
    const bytes = Buffer.from(generateStoredKey("c"), "base64");
    // The comment and the padding are nobody's business
    const last = bytes.lastIndexOf(toSshString("c"));
    for (let at = 0; at < last; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => parseStoredKey(changed.toString("base64")), `byte ${at}`).toThrow(
        expect.objectContaining({ code: "VBX_CREDENTIAL_INVALID" }),
      );
    }
    for (let length = 0; length < last; length += 7) {
      expect(() => parseStoredKey(bytes.subarray(0, length).toString("base64"))).toThrow(
        expect.objectContaining({ code: "VBX_CREDENTIAL_INVALID" }),
      );
    }
  });

  test.each(["RSA ", "EC ", "ENCRYPTED ", ""])(
    "of another format is refused with the way to use it: %jPRIVATE KEY",
    (kind) => {
      const text = `-----BEGIN ${kind}PRIVATE KEY-----\nAAAA\n-----END ${kind}PRIVATE KEY-----\n`;
      expect(() => toStoredKey(text)).toThrow(/OpenSSH's own format/);
    },
  );

  test("that is public is refused", () => {
    expect(() => toStoredKey("ssh-ed25519 AAAA a@b")).toThrow(/not an OpenSSH private key/);
  });
});

describe("a public key", () => {
  test("has one line and a fingerprint", () => {
    const { publicKey } = parseStoredKey(generateStoredKey("x"));
    const line = toPublicKeyLine(publicKey);
    expect(parsePublicKeyLine(`${line} some comment`)).toEqual(publicKey);
    expect(toFingerprint(publicKey)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  describe("is refused when its line and its bytes differ, or it isn't one", () => {
    const { publicKey } = parseStoredKey(generateStoredKey("x"));
    const base64 = publicKey.blob.toString("base64");
    const broken = [
      `ssh-rsa ${base64}`,
      `ssh-ed25519 ${base64}\nssh-ed25519 ${base64}`,
      "ssh-ed25519",
      "ssh-ed25519 ####",
      `ssh-ed25519 ${randomBytes(9000).toString("base64")}`,
      `ssh-ed25519 ${toSshString("a b").toString("base64")}`,
    ];

    test.each(broken)("line %#", (line) => {
      expect(() => parsePublicKeyLine(line)).toThrow(SshFormatError);
    });
  });
});
