import { GitProtocolError } from "./git-protocol-error.ts";
import { encodePkt, type Pkt, PktQueue, toPkt } from "./pkt-line.ts";
import type { AnswerTransform } from "./push-report.ts";

/** Packets before the first ref at most: the service's name, a flush, a version. */
const maxPrelude = 4;

/** Which capabilities a client is told of. */
export interface CapabilityChange {
  readonly addCapabilities: readonly string[];
  /** Names, whatever their values */
  readonly dropCapabilities?: readonly string[];
}

/**
 * Changes the capabilities of a receive-pack's answer to info/refs on its way; everything else passes byte for byte, in
 * pieces of any size. An answer without a line for capabilities (an error, protocol version 2) passes unchanged.
 */
export function createAdvertisementRewriter(change: CapabilityChange): AnswerTransform {
  const queue = new PktQueue();
  let seen = 0;
  let isBehind = false;
  return {
    push: (piece) => {
      if (isBehind) return piece;
      queue.add(piece);
      const out: Buffer[] = [];
      for (let pkt = queue.take(); pkt !== undefined; pkt = queue.take()) {
        const kind = readPrelude(pkt);
        seen += 1;
        if (kind === "more" && seen <= maxPrelude) {
          out.push(encodePkt(pkt));
          continue;
        }
        isBehind = true;
        out.push(
          pkt.type === "data" && kind === "ref" ? changeLine(pkt.data, change) : encodePkt(pkt),
        );
        out.push(queue.rest());
        break;
      }
      return Buffer.concat(out);
    },
    end: () => {
      if (queue.isAtBoundary) return Buffer.alloc(0);
      throw new GitProtocolError("the server's list of refs ends inside a packet");
    },
  };
}

/** What a packet at the beginning is: the first ref, something before it, or the beginning of another kind of answer. */
function readPrelude(pkt: Pkt): "ref" | "more" | "other" {
  if (pkt.type !== "data") return pkt.type === "flush" ? "more" : "other";
  const text = pkt.data.toString("latin1");
  if (text.startsWith("# service=") || text.trimEnd() === "version 1") return "more";
  return /^[0-9a-f]{40,64} /.test(text) ? "ref" : "other";
}

/** `ID REF NUL CAPABILITIES LF` with other capabilities. @throws GitProtocolError when they don't fit into a packet */
function changeLine(data: Buffer, change: CapabilityChange): Buffer {
  const { addCapabilities, dropCapabilities = [] } = change;
  const isEnded = data.at(-1) === 0x0a;
  const line = isEnded ? data.subarray(0, -1) : data;
  const nul = line.indexOf(0);
  const ref = nul === -1 ? line : line.subarray(0, nul);
  const list = nul === -1 ? "" : line.toString("latin1", nul + 1);
  const words = list.split(" ").filter((word) => word !== "");
  const kept = words.filter((word) => !dropCapabilities.includes(word.split("=")[0] ?? ""));
  const added = addCapabilities.filter((word) => !kept.includes(word));
  const text = `\0${[...kept, ...added].join(" ")}${isEnded ? "\n" : ""}`;
  try {
    return toPkt(Buffer.concat([ref, Buffer.from(text, "latin1")]));
  } catch (error) {
    throw new GitProtocolError("the server lists too many capabilities", { cause: error });
  }
}
