// The first section of a push: `shallow` lines, then the commands, plain or in a certificate; capabilities behind a NUL.
import { quoted } from "../../base/printable.ts";
import { type Capabilities, parseCapabilities, readObjectFormat } from "./capability-list.ts";
import { GitProtocolError, TooManyRefsError } from "./git-protocol-error.ts";
import { isObjectId, type ObjectFormat } from "./object-id.ts";
import { parsePushCertificate, type PushCertificate } from "./push-certificate.ts";
import { parsePushCommand, type PushCommand } from "./push-command.ts";
import { parseUtf8 } from "./utf8-text.ts";

/** How much of a push is read before it's decided. */
export interface PushRequestLimits {
  readonly maxCommands: number;
  /** Bytes of the packets up to the commands' flush */
  readonly maxCommandBytes: number;
  readonly maxPushOptions: number;
  /** Bytes of the push options' packets */
  readonly maxPushOptionBytes: number;
}

/** The limits of every push; tests take smaller ones. */
export const pushRequestLimits: PushRequestLimits = {
  // All of them go into one line of the audit, which has room for 1 MiB
  maxCommands: 200,
  maxCommandBytes: 128 * 1024,
  maxPushOptions: 64,
  maxPushOptionBytes: 64 * 1024,
};

/** What stands before a push's first flush. */
export interface PushUpdate {
  readonly commands: readonly PushCommand[];
  readonly capabilities: Capabilities;
  readonly objectFormat: ObjectFormat;
  readonly shallow: readonly string[];
  readonly certificate: PushCertificate | undefined;
  /** Push options as the certificate has them */
  readonly signedOptions: readonly string[] | undefined;
}

const shallowPrefix = "shallow ";

/** Reads the packets before the first flush, of which there is one at least. @throws GitProtocolError */
export function parseUpdate(section: readonly Buffer[], limits: PushRequestLimits): PushUpdate {
  const firstOther = section.findIndex(
    (data) => data.subarray(0, shallowPrefix.length).toString("latin1") !== shallowPrefix,
  );
  const first = section[firstOther];
  if (first === undefined) throw new GitProtocolError("the push has no command");
  const [word, capabilityText] = splitFirstLine(toLine(first));
  const capabilities = parseCapabilities(capabilityText);
  const objectFormat = readObjectFormat(capabilities);
  const behind = section.slice(firstOther + 1);
  const signed = word === "push-cert" ? readCertificate(behind) : undefined;
  const lines = signed?.commandLines ?? [word, ...behind.map(toLine)];
  return {
    commands: parseCommands(lines, objectFormat, limits.maxCommands),
    capabilities,
    objectFormat,
    shallow: section.slice(0, firstOther).map((data) => parseShallow(toLine(data), objectFormat)),
    certificate: signed?.certificate,
    signedOptions: signed?.pushOptions,
  };
}

/** A packet's text without one line break at its end, as git takes it off. @throws GitProtocolError when it isn't UTF-8 */
export function toLine(data: Buffer): string {
  const text = parseUtf8(data);
  if (text === undefined) {
    throw new GitProtocolError(`${quoted(data.toString("latin1"))} isn't valid UTF-8`);
  }
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function splitFirstLine(line: string): readonly [string, string] {
  const at = line.indexOf("\0");
  return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}

function parseShallow(line: string, format: ObjectFormat): string {
  const id = line.slice(shallowPrefix.length);
  if (isObjectId(id, format)) return id;
  throw new GitProtocolError(`${quoted(line)} names no ${format} object id`);
}

function parseCommands(
  lines: readonly string[],
  format: ObjectFormat,
  maxCommands: number,
): readonly PushCommand[] {
  if (lines.length === 0) throw new GitProtocolError("the push has no command");
  if (lines.length > maxCommands) {
    throw new TooManyRefsError(`the push has more than ${maxCommands} commands`, lines);
  }
  const commands = new Map<string, PushCommand>();
  for (const line of lines) {
    const command = parsePushCommand(line, format);
    if (commands.has(command.ref)) {
      throw new GitProtocolError(`the push names ${quoted(command.ref)} twice`);
    }
    commands.set(command.ref, command);
  }
  return [...commands.values()];
}

/** One line a packet, each with its line break: git joins them, so a packet of two lines could hide a command. */
function readCertificate(packets: readonly Buffer[]): ReturnType<typeof parsePushCertificate> {
  const lines = packets.map((data) => {
    const text = parseUtf8(data);
    if (text === undefined || !/^[^\0\n]*\n$/.test(text)) {
      throw new GitProtocolError("the push certificate isn't one line of text a packet");
    }
    return text.slice(0, -1);
  });
  const end = lines.indexOf("push-cert-end");
  if (end === -1) throw new GitProtocolError("the push certificate doesn't end");
  if (end !== lines.length - 1) {
    throw new GitProtocolError("the push certificate is followed by more commands");
  }
  return parsePushCertificate(lines.slice(0, end));
}
