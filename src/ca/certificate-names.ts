/** Parts of a certificate, each a whole DER element. */
export interface CertificateNames {
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Of a certificate that was made here: what isn't one gives a RangeError at best. */
export function readNames(certificateDer: Uint8Array): CertificateNames {
  const whole = readElement(certificateDer, 0);
  const body = readElement(certificateDer, whole.start);
  const parts: Uint8Array[] = [];
  for (let offset = body.start; offset < body.end;) {
    const part = readElement(certificateDer, offset);
    parts.push(certificateDer.subarray(offset, part.end));
    offset = part.end;
  }
  // RFC 5280, 4.1: version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
  const [, serial, , issuer, , subject, publicKey] = parts;
  if (!serial || !issuer || !subject || !publicKey) throw new RangeError("no certificate");
  return { serial, issuer, subject, publicKey };
}

/** Where the content of an element begins and where it ends. */
function readElement(der: Uint8Array, offset: number): { start: number; end: number } {
  const first = der[offset + 1] ?? 0;
  if (first < 0x80) return { start: offset + 2, end: offset + 2 + first };
  const count = first & 0x7f;
  const start = offset + 2 + count;
  const length = der.subarray(offset + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  return { start, end: start + length };
}
