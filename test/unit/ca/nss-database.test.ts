import { createHash, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { readNames } from "../../../src/ca/der.ts";
import { toNssDatabase } from "../../../src/ca/nss-database.ts";
import { createSessionCa } from "../../../src/ca/session-ca.ts";

test("the parts of a certificate are those that OpenSSL sees", async () => {
  const { certificateDer } = await createSessionCa({ name: "a name" });
  const { serial, issuer, subject, publicKey } = readNames(certificateDer);
  const seen = new X509Certificate(certificateDer);
  expect(Buffer.from(serial).subarray(2).toString("hex").replace(/^0+/, "")).toBe(
    seen.serialNumber.toLowerCase().replace(/^0+/, ""),
  );
  expect(Buffer.from(publicKey)).toEqual(seen.publicKey.export({ type: "spki", format: "der" }));
  expect(Buffer.from(subject)).toEqual(Buffer.from(issuer));
  expect(Buffer.from(subject).includes("a name")).toBe(true);
});

test("the database holds the certificate, its hash, and where it will be", async () => {
  const { certificateDer } = await createSessionCa({ name: "a name" });
  const database = toNssDatabase(certificateDer, "/home/agent/.pki/nssdb");
  expect(database["cert9.db"].includes(certificateDer)).toBe(true);
  const hash = createHash("sha1").update(certificateDer).digest();
  expect(database["cert9.db"].includes(hash)).toBe(true);
  expect(database["key4.db"].includes("sig_cert_00000002_ce536358")).toBe(true);
  expect(database["pkcs11.txt"]).toContain("configdir='sql:/home/agent/.pki/nssdb'");
});
