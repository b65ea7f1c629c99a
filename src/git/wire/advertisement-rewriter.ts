import { type AnswerTransform, encodePkt, type Pkt, PktQueue, toPkt } from "./pkt-line.ts";
import { GitProtocolError } from "./git-protocol-error.ts";

/** Packets before the first ref at most: the service's name, a flush, a version. */
const maxPrelude = 4;

/** What a client is told of. */
export interface AdvertisementChange {
  readonly addCapabilities: readonly string[];
  /** Names, whatever their values */
  readonly dropCapabilities?: readonly string[];
  /**
   * Leaves out `.have` lines, the commits of other repositories that the server shares objects with: a pack that builds on
   * them can't be looked at by itself
   */
  readonly dropOthers?: boolean;
}

/**
 * Changes a receive-pack's answer to info/refs on its way, in pieces of any size; what isn't to be changed passes byte for
 * byte. An answer without a line for capabilities (an error, protocol version 2) passes unchanged.
 */
export function createAdvertisementRewriter(change: AdvertisementChange): AnswerTransform {
  const queue = new PktQueue();
  let seen = 0;
  let state: "prelude" | "refs" | "pass" = "prelude";
  const rewrite = (pkt: Pkt): Buffer => {
    if (state === "refs") return isOther(pkt) ? Buffer.alloc(0) : encodePkt(pkt);
    const kind = readPrelude(pkt);
    seen += 1;
    if (kind === "more" && seen <= maxPrelude) return encodePkt(pkt);
    const isRef = pkt.type === "data" && kind === "ref";
    state = isRef && change.dropOthers === true ? "refs" : "pass";
    return isRef ? changeLine(pkt.data, change) : encodePkt(pkt);
  };
  return {
    push: (piece) => {
      if (state === "pass") return piece;
      queue.add(piece);
      const out: Buffer[] = [];
      for (let pkt = queue.take(); pkt !== undefined; pkt = queue.take()) {
        out.push(rewrite(pkt));
        if (isPassing()) return Buffer.concat([...out, queue.rest()]);
      }
      return Buffer.concat(out);
    },
    end: () => {
      if (queue.isAtBoundary) return Buffer.alloc(0);
      throw new GitProtocolError("the server's list of refs ends inside a packet");
    },
  };

  // A function, since the compiler doesn't see that `rewrite` changes the state
  function isPassing(): boolean {
    return state === "pass";
  }
}

/** `ID .have`, behind the first line */
function isOther(pkt: Pkt): boolean {
  return (
    pkt.type === "data" && /^[0-9a-f]{40,64} \.have\n?$/.test(pkt.data.toString("latin1", 0, 80))
  );
}

/** What a packet at the beginning is: the first ref, something before it, or the beginning of another kind of answer. */
function readPrelude(pkt: Pkt): "ref" | "more" | "other" {
  if (pkt.type !== "data") return pkt.type === "flush" ? "more" : "other";
  const text = pkt.data.toString("latin1");
  if (text.startsWith("# service=") || text.trimEnd() === "version 1") return "more";
  return /^[0-9a-f]{40,64} /.test(text) ? "ref" : "other";
}

/** `ID REF NUL CAPABILITIES LF` with other capabilities. @throws GitProtocolError when they don't fit into a packet */
function changeLine(data: Buffer, change: AdvertisementChange): Buffer {
  const { addCapabilities, dropCapabilities = [] } = change;
  const isEnded = data.at(-1) === 0x0a;
  const line = isEnded ? data.subarray(0, -1) : data;
  const nul = line.indexOf(0);
  const named = nul === -1 ? line : line.subarray(0, nul);
  const isHidden = change.dropOthers === true && named.toString("latin1").endsWith(" .have");
  // What a repository without refs lists instead, so that there is a line for its capabilities
  const ref = isHidden
    ? Buffer.from(`${"0".repeat(named.length - " .have".length)} capabilities^{}`)
    : named;
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
