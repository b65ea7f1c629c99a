// The answer to a fetch in one request: some lines, then a pack on a side band.
import { quoted } from "../../base/printable.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import { type NextPiece, PktReader } from "./pkt-reader.ts";

/** A pack that an upstream sends, and what it says before it. */
export interface FetchResponse {
  /** Commits whose parents aren't in the pack, when a depth was asked for or the server's own history is cut off */
  readonly shallow: readonly string[];
  /** The pack. @throws GitProtocolError when the server breaks off, with its own words where it says why */
  readonly next: NextPiece;
}

/** What can't go on for ever before the pack begins: acknowledgements and shallow commits. */
const maxLines = 100_000;

interface Lines {
  readonly reader: PktReader;
  readonly shallow: string[];
}

/**
 * `maxBytes` limits the whole answer; what the server writes for a terminal is dropped.
 * @throws GitProtocolError when no pack comes
 */
export async function readFetchResponse(
  next: NextPiece,
  options: { readonly version: 0 | 1 | 2; readonly maxBytes?: number },
): Promise<FetchResponse> {
  const { version, maxBytes = Number.POSITIVE_INFINITY } = options;
  const reader = new PktReader(next, { maxBytes });
  const shallow: string[] = [];
  const first =
    version === 2
      ? await skipSections({ reader, shallow })
      : await skipNegotiation({ reader, shallow });
  return { shallow, next: readBands(reader, first) };
}

/** Version 2: sections with a name, up to the one of the pack, of which nothing is read. */
async function skipSections({ reader, shallow }: Lines): Promise<undefined> {
  let section: string | undefined;
  for (let count = 0; count < maxLines; count += 1) {
    const line = await readLine(reader);
    if (line === "delim" && section !== undefined) {
      section = undefined;
    } else if (typeof line === "string") {
      throw new GitProtocolError("the server sends no pack");
    } else if (section === undefined) {
      section = toText(line);
      if (section === "packfile") return;
      if (section !== "acknowledgments" && section !== "shallow-info") {
        throw new GitProtocolError(`the server sends a section ${quoted(section)}`);
      }
    } else if (section === "shallow-info") {
      addShallow(toText(line), shallow);
    }
  }
  throw new GitProtocolError("the server sends too much before its pack");
}

/** Version 0: for a depth, shallow lines and a flush; acknowledgements, and at once the pack, whose first packet is given back. */
async function skipNegotiation({ reader, shallow }: Lines): Promise<Buffer> {
  let isBehindShallow = false;
  for (let count = 0; count < maxLines; count += 1) {
    const line = await readLine(reader);
    if (line === "flush" && !isBehindShallow) {
      isBehindShallow = true;
      continue;
    }
    if (typeof line === "string") throw new GitProtocolError("the server sends no pack");
    const band = line[0];
    if (band !== undefined && band <= 3) return line;
    const text = toText(line);
    if (/^(?:un)?shallow /.test(text)) addShallow(text, shallow);
    else if (text !== "NAK" && !text.startsWith("ACK ")) {
      throw new GitProtocolError(`the server answers ${quoted(text)}`);
    }
  }
  throw new GitProtocolError("the server sends too much before its pack");
}

async function readLine(reader: PktReader): Promise<Buffer | "flush" | "delim"> {
  const pkt = await reader.read();
  if (pkt === undefined) throw new GitProtocolError("the server's answer ends before its pack");
  if (pkt.type === "response-end") throw new GitProtocolError("the server sends no pack");
  if (pkt.type !== "data") return pkt.type;
  if (pkt.data.subarray(0, 4).equals(Buffer.from("ERR ")))
    throw toServerError(pkt.data.subarray(4));
  return pkt.data;
}

function toText(line: Buffer): string {
  return line.toString("latin1").replace(/\n$/, "");
}

function toServerError(words: Buffer): GitProtocolError {
  return new GitProtocolError(`the server says: ${words.toString("utf8").trim()}`);
}

function addShallow(text: string, shallow: string[]): void {
  if (text.startsWith("shallow ")) shallow.push(text.slice("shallow ".length));
}

function readBands(reader: PktReader, first: Buffer | undefined): NextPiece {
  let early = first;
  let isOver = false;
  const read = async (): Promise<Buffer | undefined> => {
    const packet = early;
    early = undefined;
    if (packet !== undefined) return packet;
    const pkt = await reader.read();
    if (pkt?.type === "flush") return undefined;
    if (pkt?.type !== "data") throw new GitProtocolError("the server's pack breaks off");
    return pkt.data;
  };
  return async () => {
    while (!isOver) {
      const packet = await read();
      if (packet === undefined) isOver = true;
      else if (packet[0] === 3) throw toServerError(packet.subarray(1));
      else if (packet[0] === 1 && packet.length > 1) return packet.subarray(1);
      else if (packet[0] !== 1 && packet[0] !== 2) {
        throw new GitProtocolError("the server's pack isn't on a side band");
      }
    }
    return undefined;
  };
}
