import { generateKeyPairSync } from "node:crypto";
import { issueCertificate, toPem } from "./certificate.ts";

const lifetimeMs = 7 * 24 * 3_600_000;

/** A certificate that proves nothing to anybody, with its key, PEM: for clients that end when they can't read one. */
export function createWorthlessCertificate(now = Date.now()): string {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = { organization: "vaultbox", commonName: "worthless" };
  const certificate = issueCertificate({
    subject,
    publicKey: keys.publicKey,
    issuer: { subject, ...keys },
    notBefore: new Date(now - lifetimeMs),
    notAfter: new Date(now + lifetimeMs),
    use: { type: "server", hosts: ["worthless.invalid"] },
  });
  const keyPem = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return keyPem + toPem(certificate);
}
