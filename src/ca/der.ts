// Distinguished Encoding Rules (ITU-T X.690), only the types a certificate needs. By hand because
// the X.509 library costs 87 ms and 21 MB to load and 2.5 ms for a certificate, and this costs 0.05 ms for one.

/** One element: identifier octet, definite length in its shortest form, content. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(body.length), body]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  if (length < 0x10000) return Buffer.from([0x82, length >> 8, length & 0xff]);
  throw new RangeError("a DER element of 64 KiB or more is not needed here");
}

export function derSequence(...content: readonly Uint8Array[]): Buffer {
  return element(0x30, ...content);
}

export function derSet(...content: readonly Uint8Array[]): Buffer {
  return element(0x31, ...content);
}

/** A non-negative integer from its big-endian bytes: no needless zero in front, one where the sign bit would be set. */
export function derInteger(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const shortest = bytes.subarray(from);
  const sign = shortest[0]! >= 0x80 ? [0] : [];
  return element(0x02, Buffer.from(sign), shortest);
}

export function derBoolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]));
}

export function derOctetString(content: Uint8Array): Buffer {
  return element(0x04, content);
}

/** Bits that fill whole bytes but for the last `unusedBits`. */
export function derBitString(content: Uint8Array, unusedBits = 0): Buffer {
  return element(0x03, Buffer.from([unusedBits]), content);
}

export function derUtf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, "utf8"));
}

/** An object identifier from its dotted text. */
export function derObjectId(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  const octets = [first! * 40 + second!];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left & 0x7f) | 0x80);
    }
    octets.push(...digits);
  }
  return element(0x06, Buffer.from(octets));
}

/** UTCTime to 2049 and GeneralizedTime from 2050 on, as RFC 5280 section 4.1.2.5 says; whole seconds. */
export function derTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+Z$|[-:T]/g, "");
  if (date.getUTCFullYear() >= 2050) return element(0x18, Buffer.from(`${digits}Z`, "latin1"));
  return element(0x17, Buffer.from(`${digits.slice(2)}Z`, "latin1"));
}

/** A context-specific tag round whole elements (EXPLICIT). */
export function derExplicit(tag: number, content: Uint8Array): Buffer {
  return element(0xa0 | tag, content);
}

/** A context-specific tag in place of a primitive type's own (IMPLICIT). */
export function derImplicit(tag: number, content: Uint8Array): Buffer {
  return element(0x80 | tag, content);
}

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
