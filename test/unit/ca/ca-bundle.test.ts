import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { accessSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { rootCertificates } from "node:tls";
import { expect, test } from "vitest";
import { toJavaTrustStore } from "../../../src/ca/java-trust-store.ts";
import { createSessionCa } from "../../../src/ca/session-ca.ts";
import { toCaBundle } from "../../../src/ca/ca-bundle.ts";

/** Reads a JKS file as Java's documentation lays it out; independent of the writer. */
function readJks(file: Buffer, password: string): { aliases: string[]; certificates: Buffer[] } {
  let at = 0;
  const int = (): number => file.readUInt32BE((at += 4) - 4);
  const bytes = (length: number): Buffer => file.subarray(at, (at += length));
  const text = (): string => bytes(file.readUInt16BE((at += 2) - 2)).toString("latin1");
  expect([int(), int()]).toEqual([0xfeedfeed, 2]);
  const aliases: string[] = [];
  const certificates: Buffer[] = [];
  for (let left = int(); left > 0; left -= 1) {
    expect(int()).toBe(2);
    aliases.push(text());
    at += 8;
    expect(text()).toBe("X.509");
    certificates.push(bytes(int()));
  }
  const salted = Buffer.concat([
    Buffer.from(password.replaceAll(/./g, "\0$&"), "latin1"),
    Buffer.from("Mighty Aphrodite"),
    file.subarray(0, at),
  ]);
  expect(file.subarray(at)).toEqual(createHash("sha1").update(salted).digest());
  return { aliases, certificates };
}

function hasKeytool(): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "keytool"));
      return true;
    } catch {
      // Not in this folder
      return false;
    }
  });
}

test("the bundle holds the session's CA and every root of Node, each readable", async () => {
  const ca = await createSessionCa({ name: "bundle" });
  const blocks = toCaBundle(ca.certificatePem).match(
    /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g,
  )!;
  expect(blocks).toHaveLength(1 + rootCertificates.length);
  expect(new X509Certificate(blocks[0]!).raw).toEqual(ca.certificateDer);
  for (const block of blocks) expect(() => new X509Certificate(block)).not.toThrow();
});

test("the Java trust store holds the same certificates under distinct names", async () => {
  const ca = await createSessionCa({ name: "store" });
  const { aliases, certificates } = readJks(toJavaTrustStore(ca.certificatePem), "changeit");
  expect(new Set(aliases).size).toBe(1 + rootCertificates.length);
  expect(certificates[0]).toEqual(ca.certificateDer);
  expect(certificates.slice(1)).toEqual(
    rootCertificates.map((pem) => new X509Certificate(pem).raw),
  );
});

test.runIf(hasKeytool())(
  "keytool lists the session's CA from the Java trust store",
  async () => {
    const ca = await createSessionCa({ name: "keytool" });
    const folder = mkdtempSync(join(tmpdir(), "vaultbox-jks-"));
    try {
      const path = join(folder, "trust.jks");
      writeFileSync(path, toJavaTrustStore(ca.certificatePem));
      const listed = execFileSync(
        "keytool",
        ["-list", "-keystore", path, "-storepass", "changeit"],
        {
          encoding: "utf8",
          // Its language is Java's, and so is how it reads a path
          env: { ...process.env, LC_ALL: "C.UTF-8" },
          stdio: ["ignore", "pipe", "ignore"],
        },
      );
      const fingerprint = ca.fingerprint.toUpperCase().match(/../g)!.join(":");
      expect(listed).toContain(fingerprint);
      expect(listed).toContain(`contains ${1 + rootCertificates.length} entries`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  30_000,
);
