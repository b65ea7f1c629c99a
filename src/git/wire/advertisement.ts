// The first answer of a server, to GET info/refs?service=…: its refs and what it can do (gitprotocol-http,
// gitprotocol-pack "Reference Discovery", gitprotocol-v2 "Capability Advertisement").
import { quoted } from "../../base/printable.ts";
import { type Capabilities, parseCapabilities, readObjectFormat } from "./capability-list.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import { isObjectId, type ObjectFormat } from "./object-id.ts";
import { type NextPiece, PktReader } from "./pkt-reader.ts";
import { parseUtf8 } from "./utf8-text.ts";

/** What a server says of itself at first. */
export interface Advertisement {
  /** 2: it lists no refs, only what the server can do */
  readonly version: 0 | 1 | 2;
  /** Full name or `HEAD` → object id; names that aren't UTF-8 are left out */
  readonly refs: ReadonlyMap<string, string>;
  /** Ref of an annotated tag → id of the object that the tag is about */
  readonly peeled: ReadonlyMap<string, string>;
  /** Ids that the server has without a ref of this repository for them (`.have`) */
  readonly others: readonly string[];
  /** Commits without parents in the server's own shallow repository */
  readonly shallow: readonly string[];
  readonly capabilities: Capabilities;
  readonly objectFormat: ObjectFormat;
}

/** Bytes of an advertisement when the caller says nothing: about half a million refs. */
export const maxAdvertisementBytes = 64 * 1024 * 1024;

/** Lines of what a server of version 2 can do; git has nine. A few bytes of each become some hundred of memory. */
const maxCapabilities = 1000;

/** @throws GitProtocolError for anything else, and with the server's own words when it reports an error */
export async function parseAdvertisement(
  next: NextPiece,
  options: { readonly maxBytes?: number } = {},
): Promise<Advertisement> {
  const reader = new PktReader(next, { maxBytes: options.maxBytes ?? maxAdvertisementBytes });
  let line = await readLine(reader);
  if (line?.toString("latin1").startsWith("# service=")) {
    // The service's name is in a section of its own
    if ((await readLine(reader)) !== undefined) {
      throw new GitProtocolError("the server's name for its service goes on");
    }
    line = await readLine(reader);
  }
  const text = line?.toString("latin1");
  if (text === "version 2") return await readVersion2(reader);
  const version = text === "version 1" ? 1 : 0;
  if (version === 1) line = await readLine(reader);
  return await readRefs(reader, line, version);
}

/** A packet's text without its line break; undefined for a flush. */
async function readLine(reader: PktReader): Promise<Buffer | undefined> {
  const pkt = await reader.read();
  if (pkt === undefined) throw new GitProtocolError("the server's list of refs ends too early");
  if (pkt.type === "flush") return undefined;
  if (pkt.type !== "data") {
    throw new GitProtocolError(`the server's list of refs holds a ${pkt.type} packet`);
  }
  const { data } = pkt;
  if (data.subarray(0, 4).equals(Buffer.from("ERR "))) {
    throw new GitProtocolError(`the server says: ${data.toString("utf8", 4).trim()}`);
  }
  return data.at(-1) === 0x0a ? data.subarray(0, -1) : data;
}

async function readVersion2(reader: PktReader): Promise<Advertisement> {
  const capabilities = new Map<string, string | true>();
  for (let line = await readLine(reader); line; line = await readLine(reader)) {
    const text = line.toString("latin1");
    const at = text.indexOf("=");
    const name = at === -1 ? text : text.slice(0, at);
    if (!capabilities.has(name)) capabilities.set(name, at === -1 ? true : text.slice(at + 1));
    if (capabilities.size > maxCapabilities) {
      throw new GitProtocolError(`the server lists more than ${maxCapabilities} capabilities`);
    }
  }
  return {
    version: 2,
    refs: new Map(),
    peeled: new Map(),
    others: [],
    shallow: [],
    capabilities,
    objectFormat: readObjectFormat(capabilities),
  };
}

async function readRefs(
  reader: PktReader,
  first: Buffer | undefined,
  version: 0 | 1,
): Promise<Advertisement> {
  const nul = first?.indexOf(0) ?? -1;
  const capabilities = parseCapabilities(
    first === undefined || nul === -1 ? "" : first.toString("latin1", nul + 1),
  );
  const objectFormat = readObjectFormat(capabilities);
  const refs = new Map<string, string>();
  const peeled = new Map<string, string>();
  const others: string[] = [];
  const shallow: string[] = [];
  let line = nul === -1 ? first : first?.subarray(0, nul);
  for (; line !== undefined; line = await readLine(reader)) {
    const text = line.toString("latin1");
    if (text.startsWith("shallow ")) {
      shallow.push(parseId(text.slice("shallow ".length), objectFormat));
      continue;
    }
    const at = text.indexOf(" ");
    const id = parseId(text.slice(0, Math.max(at, 0)), objectFormat);
    const name = parseUtf8(line.subarray(at + 1));
    if (name === ".have") others.push(id);
    else if (name?.endsWith("^{}") === true) peeled.set(name.slice(0, -3), id);
    else if (name !== undefined) refs.set(name, id);
  }
  // What an empty repository lists, so that there is a line for its capabilities
  peeled.delete("capabilities");
  return { version, refs, peeled, others, shallow, capabilities, objectFormat };
}

function parseId(text: string, format: ObjectFormat): string {
  if (isObjectId(text, format)) return text;
  throw new GitProtocolError(`the server's list of refs holds ${quoted(text)}, no ${format} id`);
}
