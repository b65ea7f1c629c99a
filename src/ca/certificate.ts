import { createHash, randomBytes, sign, type KeyObject, generateKeyPairSync } from "node:crypto";
import { isIP } from "node:net";
import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derInteger,
  derObjectId,
  derOctetString,
  derSequence,
  derSet,
  derTime,
  derUtf8String,
} from "./der.ts";

export interface CertificateSubject {
  readonly organization: string;
  /** At most 64 characters (RFC 5280 appendix A, ub-common-name) */
  readonly commonName?: string;
}

/** What an issuer gives to the certificates it signs. */
export interface CertificateIssuer {
  readonly subject: CertificateSubject;
  /** P-256 key pair */
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  readonly subject: CertificateSubject;
  readonly publicKey: KeyObject;
  readonly issuer: CertificateIssuer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** A CA for end entities, or the hosts (names and addresses) that a server certificate is for */
  readonly use:
    | { readonly type: "ca" }
    | { readonly type: "server"; readonly hosts: readonly string[] };
}

/**
 * Issues an X.509 v3 certificate (RFC 5280), signed with ECDSA and SHA-256. Has what strict verifiers want: key
 * identifiers of subject and issuer, critical basic constraints and key usage, a positive random serial.
 */
export function issueCertificate(options: CertificateOptions): Buffer {
  const { subject, publicKey, issuer } = options;
  const subjectPublicKeyInfo = publicKey.export({ type: "spki", format: "der" });
  const toBeSigned = derSequence(
    derExplicit(0, derInteger(Buffer.from([2]))),
    derInteger(randomSerial()),
    ecdsaWithSha256,
    encodeName(issuer.subject),
    derSequence(derTime(options.notBefore), derTime(options.notAfter)),
    encodeName(subject),
    subjectPublicKeyInfo,
    derExplicit(3, derSequence(...encodeExtensions(options))),
  );
  const signature = sign("sha256", toBeSigned, issuer.privateKey);
  return derSequence(toBeSigned, ecdsaWithSha256, derBitString(signature));
}

export function toPem(certificateDer: Uint8Array): string {
  const lines =
    Buffer.from(certificateDer)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

// RFC 5758 section 3.2: no parameters
const ecdsaWithSha256 = derSequence(derObjectId("1.2.840.10045.4.3.2"));

/**
 * 126 random bits in 16 bytes. The first byte is 0x40 to 0x7f, so the number is positive and no encoder has to add or
 * drop a byte: a serial with a wrong leading zero is refused by Go and by OpenSSL's strict mode.
 */
function randomSerial(): Buffer {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

function encodeName({ organization, commonName }: CertificateSubject): Buffer {
  const parts = [attribute("2.5.4.10", organization)];
  if (commonName !== undefined) parts.push(attribute("2.5.4.3", commonName));
  return derSequence(...parts);
}

function attribute(type: string, value: string): Buffer {
  return derSet(derSequence(derObjectId(type), derUtf8String(value)));
}

function encodeExtensions({ publicKey, issuer, use }: CertificateOptions): Buffer[] {
  const keyIds = [
    extension("2.5.29.14", derOctetString(keyIdentifier(publicKey))),
    extension("2.5.29.35", derSequence(derImplicit(0, keyIdentifier(issuer.publicKey)))),
  ];
  if (use.type === "ca") {
    return [
      // cA, and a path length of 0: what it signs can sign nothing
      criticalExtension("2.5.29.19", derSequence(derBoolean(true), derInteger(Buffer.from([0])))),
      // keyCertSign (bit 5) and cRLSign (bit 6)
      criticalExtension("2.5.29.15", derBitString(Buffer.from([0b0000_0110]), 1)),
      ...keyIds,
    ];
  }
  return [
    criticalExtension("2.5.29.19", derSequence()),
    // digitalSignature (bit 0) is all that TLS with an EC key needs
    criticalExtension("2.5.29.15", derBitString(Buffer.from([0b1000_0000]), 7)),
    extension("2.5.29.37", derSequence(derObjectId("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", derSequence(...use.hosts.map(encodeAlternativeName))),
    ...keyIds,
  ];
}

function extension(type: string, value: Uint8Array): Buffer {
  return derSequence(derObjectId(type), derOctetString(value));
}

function criticalExtension(type: string, value: Uint8Array): Buffer {
  return derSequence(derObjectId(type), derBoolean(true), derOctetString(value));
}

function encodeAlternativeName(host: string): Buffer {
  switch (isIP(host)) {
    case 4:
      return derImplicit(7, Buffer.from(host.split(".").map(Number)));
    case 6:
      return derImplicit(7, ipv6Bytes(host));
    default:
      return derImplicit(2, Buffer.from(host, "latin1"));
  }
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser turns every spelling, dotted quads included, into hex groups
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const groups = (text: string | undefined): string[] => (text ? text.split(":") : []);
  const before = groups(head);
  const behind = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - behind.length }, () => "0");
  const all = [...before, ...zeros, ...behind].map((group) => group.padStart(4, "0"));
  return Buffer.from(all.join(""), "hex");
}

/** The leftmost 160 bits of the key's SHA-256 (RFC 7093 section 2, method 1). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: "spki", format: "der" });
  // An uncompressed P-256 point is the last 65 bytes of its SubjectPublicKeyInfo (RFC 5480 section 2.2)
  return createHash("sha256").update(spki.subarray(-65)).digest().subarray(0, 20);
}

const lifetimeMs = 7 * 24 * 3_600_000;

/** A certificate that proves nothing to anybody, with its key, PEM: for clients that end when they can't read one. */
export function createWorthlessCertificate(): string {
  const now = Date.now();
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
