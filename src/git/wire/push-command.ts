import { quoted } from "../../base/printable.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import { isObjectId, isZeroId, type ObjectFormat } from "./object-id.ts";
import { findRefNameFault } from "./ref-name.ts";

/** What a push asks of one ref. */
export interface PushCommand {
  /** Full name, without a fault (ref-name.ts) */
  readonly ref: string;
  /** Object id in lower-case hex that the client thinks the ref has; zeros: it has none */
  readonly from: string;
  /** The id that it is to have; zeros: it is to be deleted */
  readonly to: string;
}

/** `OLD NEW REF` without its line break. @throws GitProtocolError */
export function parsePushCommand(line: string, format: ObjectFormat): PushCommand {
  const [from = "", to = "", ...names] = line.split(" ");
  if (!isObjectId(from, format) || !isObjectId(to, format) || names.length === 0) {
    throw new GitProtocolError(`${quoted(line)} is no update of a ref with ${format} object ids`);
  }
  const ref = names.join(" ");
  const fault = findRefNameFault(ref);
  if (fault !== undefined) {
    throw new GitProtocolError(`${quoted(ref)} is no name of a ref to push to: ${fault}`);
  }
  if (from === to) {
    const what = isZeroId(to) ? "deleting a ref that isn't there" : "no change";
    throw new GitProtocolError(`the push asks for ${what}: ${quoted(ref)}`);
  }
  return { ref, from, to };
}

/** `OLD NEW REF`, as it stands in a packet. */
export function toCommandLine(command: PushCommand): string {
  return `${command.from} ${command.to} ${command.ref}`;
}

/** Whether a pack must follow these commands: one does as soon as one of them isn't a deletion. */
export function needsPack(commands: readonly PushCommand[]): boolean {
  return commands.some((command) => !isZeroId(command.to));
}
