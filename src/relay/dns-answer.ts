/** The address of the sandbox's own names, where its own servers are. */
const ownAddress = "127.0.0.1";
/** RFC 6761 §6.3, and the sandbox's host name; in lower case */
const ownNames = /^(?:(?:.*\.)?localhost|sandbox)$/;

/** Short, because the answer never changes and nobody should keep it beyond the session. */
const answerTtlSeconds = 30;

const headerLength = 12;
const maxNameLength = 255;
const typeA = 1;
const classIn = 1;
const classAny = 255;
const responseCode = { noError: 0, notImplemented: 4 } as const;

/**
 * Answers one DNS message (RFC 1035 §4) without asking anybody: every A but of the sandbox's own names is the relay's
 * address, every other type exists but has no data, so a client that asks AAAA first goes on to A. Nothing in the name
 * leaves the sandbox.
 * Returns undefined for what isn't a well-formed single question: it is ignored.
 */
export function answerDns(query: Buffer, relayAddress: string): Buffer | undefined {
  if (query.length < headerLength) return undefined;
  const flags = query.readUInt16BE(2);
  const isResponse = (flags & 0x8000) !== 0;
  if (isResponse || query.readUInt16BE(4) !== 1) return undefined;
  const nameEnd = findNameEnd(query);
  if (nameEnd === undefined || nameEnd + 4 > query.length) return undefined;
  const question = query.subarray(headerLength, nameEnd + 4);
  const type = query.readUInt16BE(nameEnd);
  const dnsClass = query.readUInt16BE(nameEnd + 2);
  const opcode = (flags >> 11) & 0xf;
  const hasAddress =
    opcode === 0 && type === typeA && (dnsClass === classIn || dnsClass === classAny);
  const code = opcode === 0 ? responseCode.noError : responseCode.notImplemented;
  const header = toHeader({ id: query.readUInt16BE(0), flags, code, answers: hasAddress ? 1 : 0 });
  if (!hasAddress) return Buffer.concat([header, question]);
  const isOwn = ownNames.test(toName(query, nameEnd));
  return Buffer.concat([header, question, addressRecord(isOwn ? ownAddress : relayAddress)]);
}

/** The question's name with dots, in lower case. */
function toName(query: Buffer, end: number): string {
  const labels: string[] = [];
  for (let offset = headerLength; offset < end - 1;) {
    const next = offset + 1 + (query[offset] ?? 0);
    labels.push(query.toString("latin1", offset + 1, next).toLowerCase());
    offset = next;
  }
  return labels.join(".");
}

/** Offset after the root label of the question's name; compression pointers have no place in a question. */
function findNameEnd(query: Buffer): number | undefined {
  let offset = headerLength;
  while (offset < query.length) {
    const length = query[offset] ?? 0;
    if (length === 0) return offset + 1 - headerLength > maxNameLength ? undefined : offset + 1;
    if (length > 63) return undefined;
    offset += length + 1;
  }
  return undefined;
}

function toHeader(fields: { id: number; flags: number; code: number; answers: number }): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(fields.id, 0);
  // QR and RA set, opcode and RD copied from the query
  header.writeUInt16BE(0x8080 | (fields.flags & 0x7900) | fields.code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(fields.answers, 6);
  return header;
}

function addressRecord(address: string): Buffer {
  const octets = Buffer.from(address.split(".").map(Number));
  const record = Buffer.alloc(12);
  // A pointer to the question's name
  record.writeUInt16BE(0xc000 | headerLength, 0);
  record.writeUInt16BE(typeA, 2);
  record.writeUInt16BE(classIn, 4);
  record.writeUInt32BE(answerTtlSeconds, 6);
  record.writeUInt16BE(octets.length, 10);
  return Buffer.concat([record, octets]);
}
