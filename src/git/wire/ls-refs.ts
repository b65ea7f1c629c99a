// The refs of a server that speaks version 2 (gitprotocol-v2, "ls-refs").
import { quoted } from "../../printable.ts";
import { type Advertisement, maxAdvertisementBytes } from "./advertisement.ts";
import {
  type FetchWish,
  toCommandV2,
  toUploadPackRequest,
  type UploadPackRequest,
} from "./fetch-request.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import { isObjectId, type ObjectFormat } from "./object-id.ts";
import { flushPkt, toPkt } from "./pkt-line.ts";
import { type NextPiece, PktReader } from "./pkt-reader.ts";
import { parseUtf8 } from "./utf8-text.ts";

/** `prefixes` are a wish that servers may ignore: `refs/heads/`, or a full name; none is every ref. */
export function toLsRefsRequest(
  server: Pick<FetchWish, "capabilities" | "objectFormat"> & {
    readonly prefixes: readonly string[];
  },
): UploadPackRequest {
  const body = Buffer.concat([
    ...toCommandV2("ls-refs", server),
    toPkt("peel\n"),
    ...server.prefixes.map((prefix) => toPkt(`ref-prefix ${prefix}\n`)),
    flushPkt,
  ]);
  return toUploadPackRequest(2, body);
}

/** @throws GitProtocolError for anything else, and with the server's own words when it reports an error */
export async function parseLsRefsResponse(
  next: NextPiece,
  options: { readonly objectFormat: ObjectFormat; readonly maxBytes?: number },
): Promise<Pick<Advertisement, "refs" | "peeled">> {
  const { objectFormat, maxBytes = maxAdvertisementBytes } = options;
  const reader = new PktReader(next, { maxBytes });
  const refs = new Map<string, string>();
  const peeled = new Map<string, string>();
  for (;;) {
    const pkt = await reader.read();
    if (pkt?.type === "flush") return { refs, peeled };
    if (pkt?.type !== "data") throw new GitProtocolError("the server's list of refs breaks off");
    if (pkt.data.subarray(0, 4).equals(Buffer.from("ERR "))) {
      throw new GitProtocolError(`the server says: ${pkt.data.toString("utf8", 4).trim()}`);
    }
    // Names that aren't UTF-8 are left out
    const line = parseUtf8(pkt.data)?.replace(/\n$/, "");
    if (line === undefined) continue;
    const [id = "", name = "", ...attributes] = line.split(" ");
    if (id === "unborn") continue;
    const ids = [id, ...attributes.flatMap((text) => /^peeled:(.*)$/.exec(text)?.[1] ?? [])];
    if (name === "" || !ids.every((one) => isObjectId(one, objectFormat))) {
      throw new GitProtocolError(`the server's list of refs holds ${quoted(line)}`);
    }
    refs.set(name, id);
    if (ids[1] !== undefined) peeled.set(name, ids[1]);
  }
}
