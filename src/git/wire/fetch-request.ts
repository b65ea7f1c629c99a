// A fetch in one request, for objects that are known to be wanted (gitprotocol-v2 "fetch"; gitprotocol-pack "Packfile
// Negotiation" and gitprotocol-http for version 0): `done` is said at once, so the answer is a pack.
import type { Capabilities } from "./capability-list.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import type { ObjectFormat } from "./object-id.ts";
import { delimPkt, flushPkt, toPkt } from "./pkt-line.ts";

/** What to ask a server for, and how it speaks. */
export interface FetchWish {
  /** Of the server's advertisement; 1 is spoken as 0 is */
  readonly version: 0 | 1 | 2;
  readonly wants: readonly string[];
  /** Ids of objects that are here with everything behind them */
  readonly haves: readonly string[];
  /** Leaves trees and blobs out, or blobs; without a filter where the server has none */
  readonly filter?: "tree:0" | "blob:none";
  /** Commits behind each of `wants`, itself included; all when not given */
  readonly depth?: number;
  readonly objectFormat: ObjectFormat;
  /** Of the server's advertisement */
  readonly capabilities: Capabilities;
}

/** A POST to `git-upload-pack`. */
export interface UploadPackRequest {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const agent = "agent=git/vaultbox";

/**
 * The pack that comes may hold more than was asked for, and without a filter it does; it's never thin.
 * @throws GitProtocolError when the server can't do what is needed: a depth, or a multiplexed answer
 */
export function toFetchRequest(wish: FetchWish): UploadPackRequest {
  if (wish.wants.length === 0) throw new RangeError("a fetch needs a wanted object");
  const isSecond = wish.version === 2;
  return {
    headers: [
      ["Content-Type", "application/x-git-upload-pack-request"],
      ["Accept", "application/x-git-upload-pack-result"],
      ["Accept-Encoding", "identity"],
      ...(isSecond ? ([["Git-Protocol", "version=2"]] as const) : []),
    ],
    body: isSecond ? toBodyV2(wish) : toBodyV0(wish),
  };
}

/** The beginning of a request of version 2. */
function toCommandV2({ capabilities, objectFormat }: FetchWish): readonly Buffer[] {
  if (!capabilities.has("fetch")) {
    throw new GitProtocolError("the server doesn't know the command fetch");
  }
  return [
    toPkt("command=fetch\n"),
    ...(capabilities.has("agent") ? [toPkt(`${agent}\n`)] : []),
    ...(capabilities.has("object-format") ? [toPkt(`object-format=${objectFormat}\n`)] : []),
    delimPkt,
  ];
}

function toBodyV2(wish: FetchWish): Buffer {
  const value = wish.capabilities.get("fetch");
  const features = new Set(typeof value === "string" ? value.split(" ") : []);
  checkDepth(wish, features.has("shallow"));
  return Buffer.concat([
    ...toCommandV2(wish),
    toPkt("no-progress\n"),
    toPkt("ofs-delta\n"),
    ...wish.wants.map((id) => toPkt(`want ${id}\n`)),
    ...wish.haves.map((id) => toPkt(`have ${id}\n`)),
    ...toDepth(wish),
    ...(features.has("filter") ? toFilter(wish) : []),
    toPkt("done\n"),
    flushPkt,
  ]);
}

function toBodyV0(wish: FetchWish): Buffer {
  const { capabilities, objectFormat } = wish;
  checkDepth(wish, capabilities.has("shallow"));
  if (!capabilities.has("side-band-64k")) {
    throw new GitProtocolError("the server can't multiplex its answer");
  }
  const canFilter = wish.filter !== undefined && capabilities.has("filter");
  const chosen = [
    "side-band-64k",
    ...["ofs-delta", "no-progress"].filter((name) => capabilities.has(name)),
    ...(canFilter ? ["filter"] : []),
    ...(capabilities.has("object-format") ? [`object-format=${objectFormat}`] : []),
    ...(capabilities.has("agent") ? [agent] : []),
  ];
  const [first, ...others] = wish.wants;
  return Buffer.concat([
    toPkt(`want ${first} ${chosen.join(" ")}\n`),
    ...others.map((id) => toPkt(`want ${id}\n`)),
    ...toDepth(wish),
    ...(canFilter ? toFilter(wish) : []),
    flushPkt,
    ...wish.haves.map((id) => toPkt(`have ${id}\n`)),
    toPkt("done\n"),
  ]);
}

function checkDepth({ depth }: FetchWish, isPossible: boolean): void {
  if (depth !== undefined && !isPossible) {
    throw new GitProtocolError("the server can't cut a history off at a depth");
  }
}

function toDepth({ depth }: FetchWish): readonly Buffer[] {
  return depth === undefined ? [] : [toPkt(`deepen ${depth}\n`)];
}

function toFilter({ filter }: FetchWish): readonly Buffer[] {
  return filter === undefined ? [] : [toPkt(`filter ${filter}\n`)];
}
