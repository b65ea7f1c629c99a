// The body of a POST to git-receive-pack (gitprotocol-pack, "Reference Update Request and Packfile Transfer"), read as far
// as it says which refs are to change. What git and a stricter reader could understand differently is refused.
import { quoted } from "../../base/printable.ts";
import type { Capabilities } from "./capability-list.ts";
import { GitProtocolError, TooManyRefsError } from "./git-protocol-error.ts";
import type { ObjectFormat } from "./object-id.ts";
import { flushPkt, toPkt } from "./pkt-line.ts";
import { type NextPiece, PktReader } from "./pkt-reader.ts";
import type { PushCertificate } from "./push-certificate.ts";
import { needsPack, type PushCommand, toCommandLine } from "./push-command.ts";
import { parseUpdate, pushRequestLimits, type PushRequestLimits, toLine } from "./push-update.ts";

export type PushRequest = PushProbe | Push;

/** An empty request, with which git finds out whether it must authenticate before it sends a big body: nothing is pushed. */
export interface PushProbe {
  readonly kind: "probe";
}

/** The commands of a push, its options, and the pack behind them. */
export interface Push {
  readonly kind: "push";
  /** At least one, each ref once */
  readonly commands: readonly PushCommand[];
  readonly capabilities: Capabilities;
  readonly objectFormat: ObjectFormat;
  /** Whether all refs are to change or none */
  readonly isAtomic: boolean;
  /** Bytes of a packet of the multiplexed answer at most; 0: the answer isn't multiplexed */
  readonly sideBand: 65520 | 1000 | 0;
  readonly reportStatus: "v2" | "v1" | "none";
  readonly quiet: boolean;
  readonly pushOptions: readonly string[];
  /** Ids of commits whose parents the client hasn't got */
  readonly shallow: readonly string[];
  /** Set for a signed push, whose commands are part of the signed text */
  readonly certificate: PushCertificate | undefined;
  /** The request up to where the pack begins: byte for byte, but for the case of the packets' lengths */
  readonly head: Buffer;
  /** Whether a pack follows: false when refs are only deleted */
  readonly hasPack: boolean;
  /** The pack. @throws GitProtocolError when what follows isn't one */
  readonly rest: NextPiece;
}

/** @throws GitProtocolError for everything that isn't a push that git itself would send, and beyond the limits */
export async function readPushRequest(
  next: NextPiece,
  limits: PushRequestLimits = pushRequestLimits,
): Promise<PushRequest> {
  const maxBytes = limits.maxCommandBytes + limits.maxPushOptionBytes;
  const reader = new PktReader(next, { maxBytes });
  const section = await readSection(reader, limits.maxCommandBytes, tooManyRefs);
  if (section.length === 0) {
    await refuseMore(reader.rest(), "an empty push");
    return { kind: "probe" };
  }
  const update = parseUpdate(section, limits);
  const { capabilities, commands } = update;
  const options = capabilities.has("push-options")
    ? await readSection(reader, reader.bytesRead + limits.maxPushOptionBytes, tooManyOptions)
    : undefined;
  const pushOptions = parsePushOptions(options ?? [], limits);
  if (update.signedOptions !== undefined && !isSame(update.signedOptions, pushOptions)) {
    throw new GitProtocolError("the push options differ from those in the push certificate");
  }
  const hasPack = needsPack(commands);
  if (!hasPack) await refuseMore(reader.rest(), "a push that only deletes");
  return {
    kind: "push",
    commands,
    capabilities,
    objectFormat: update.objectFormat,
    isAtomic: capabilities.has("atomic"),
    sideBand: chooseSideBand(capabilities),
    reportStatus: chooseReport(capabilities),
    quiet: capabilities.has("quiet"),
    pushOptions,
    shallow: update.shallow,
    certificate: update.certificate,
    head: Buffer.concat([encodeSection(section), ...(options ? [encodeSection(options)] : [])]),
    hasPack,
    rest: hasPack ? readPack(reader.rest()) : () => Promise.resolve(undefined),
  };
}

/**
 * The request's head with these of its commands only; undefined for a signed push, whose commands can't be changed. When
 * no pack is needed for them (`needsPack`), none may follow.
 * @throws RangeError for no command, which would be another request
 */
export function encodeCommands(push: Push, kept: readonly PushCommand[]): Buffer | undefined {
  if (push.certificate !== undefined) return undefined;
  const [first, ...others] = kept;
  if (first === undefined) throw new RangeError("a push needs a command");
  const capabilities = Array.from(push.capabilities, ([name, value]) =>
    value === true ? ` ${name}` : ` ${name}=${value}`,
  );
  return Buffer.concat([
    ...push.shallow.map((id) => toPkt(`shallow ${id}`)),
    toPkt(`${toCommandLine(first)}\0${capabilities.join("")}`),
    ...others.map((command) => toPkt(toCommandLine(command))),
    flushPkt,
    ...(push.capabilities.has("push-options") ? [...push.pushOptions.map(toPkt), flushPkt] : []),
  ]);
}

function tooManyRefs(section: readonly Buffer[]): GitProtocolError {
  const lines = section.map((data) => data.toString("latin1"));
  return new TooManyRefsError("the push names too much before its pack begins", lines);
}

function tooManyOptions(): GitProtocolError {
  return new GitProtocolError("the push options say too much");
}

/** The data of packets up to a flush. */
async function readSection(
  reader: PktReader,
  maxBytesRead: number,
  tooMuch: (section: readonly Buffer[]) => GitProtocolError,
): Promise<readonly Buffer[]> {
  const section: Buffer[] = [];
  for (;;) {
    const pkt = await reader.read();
    if (pkt === undefined) throw new GitProtocolError("the push ends before its commands do");
    if (reader.bytesRead > maxBytesRead) throw tooMuch(section);
    if (pkt.type === "flush") return section;
    if (pkt.type !== "data") throw new GitProtocolError(`the push holds a ${pkt.type} packet`);
    section.push(pkt.data);
  }
}

function encodeSection(section: readonly Buffer[]): Buffer {
  return Buffer.concat([...section.map(toPkt), flushPkt]);
}

async function refuseMore(rest: NextPiece, what: string): Promise<void> {
  for (let piece = await rest(); piece !== undefined; piece = await rest()) {
    if (piece.length > 0) throw new GitProtocolError(`${what} is followed by more`);
  }
}

/** Lets a pack through, after a look at how it begins: packets between the commands and it would be read as neither. */
function readPack(rest: NextPiece): NextPiece {
  const signature = Buffer.from("PACK");
  let seen = Buffer.alloc(0);
  return async () => {
    if (seen.length >= signature.length) return rest();
    while (seen.length < signature.length) {
      const piece = await rest();
      if (piece === undefined) throw new GitProtocolError("the push ends before its pack begins");
      seen = Buffer.concat([seen, piece]);
    }
    if (!seen.subarray(0, signature.length).equals(signature)) {
      throw new GitProtocolError("what follows the push's commands is no pack");
    }
    return seen;
  };
}

function parsePushOptions(
  section: readonly Buffer[],
  limits: PushRequestLimits,
): readonly string[] {
  if (section.length > limits.maxPushOptions) {
    throw new GitProtocolError(`the push has more than ${limits.maxPushOptions} push options`);
  }
  return section.map((data) => {
    const option = toLine(data);
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f]/.test(option)) {
      throw new GitProtocolError(`the push option ${quoted(option)} holds a control character`);
    }
    return option;
  });
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, index) => text === others[index]);
}

function chooseSideBand(capabilities: Capabilities): Push["sideBand"] {
  if (capabilities.has("side-band-64k")) return 65520;
  return capabilities.has("side-band") ? 1000 : 0;
}

function chooseReport(capabilities: Capabilities): Push["reportStatus"] {
  if (capabilities.has("report-status-v2")) return "v2";
  return capabilities.has("report-status") ? "v1" : "none";
}
