import { createHash } from "node:crypto";
import { caCertificates } from "./ca-bundle.ts";

/**
 * Password of the store: Java's own public default. The store holds nothing secret; the password only feeds its digest,
 * which Java skips when none is given.
 */
const javaTrustStorePassword = "changeit";

/**
 * A JKS file with the certificates of `toTrustBundle`, for `-Djavax.net.ssl.trustStore=`: Java reads no PEM. JKS by hand,
 * because every Java since 1.2 detects it without `trustStoreType`, keytool isn't in most images, and the format is one
 * list with a SHA-1 behind (OpenJDK, sun.security.provider.JavaKeyStore: the comment over engineStore). PKCS#12 would
 * need a private attribute of Oracle's on every certificate, and encryption.
 */
export function toJavaTrustStore(caPem: string): Buffer {
  const certificates = caCertificates(caPem);
  const content = Buffer.concat([
    uint32(0xfeedfeed),
    uint32(2),
    uint32(certificates.length),
    ...certificates.map((pem, index) => trustedEntry(`vaultbox-${index}`, toDer(pem))),
  ]);
  return Buffer.concat([content, digest(content)]);
}

/** Of a PEM that was made here or by Node: parsing 140 certificates only to copy them takes 10 ms of every start. */
function toDer(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ""), "base64");
}

function trustedEntry(alias: string, certificateDer: Uint8Array): Buffer {
  // The date of an entry decides nothing; a fixed one keeps the file the same for the same certificates
  const date = Buffer.alloc(8);
  return Buffer.concat([
    uint32(2),
    modifiedUtf8(alias),
    date,
    modifiedUtf8("X.509"),
    uint32(certificateDer.length),
    certificateDer,
  ]);
}

/** SHA-1 over the password in UTF-16BE, a constant of the format, and the content. */
function digest(content: Buffer): Buffer {
  const password = Buffer.from(javaTrustStorePassword, "utf16le").swap16();
  return createHash("sha1").update(password).update("Mighty Aphrodite").update(content).digest();
}

/** Java's DataOutput.writeUTF; for ASCII it's the length and the bytes. */
function modifiedUtf8(ascii: string): Buffer {
  const bytes = Buffer.from(ascii, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
