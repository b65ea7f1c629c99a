// Fetches of the host's own: refs, history and trees of the upstream, asked with the session's credential. The client
// has no say in them but which repository it pushes to.
import { type Advertisement, parseAdvertisement } from "../../../git/wire/advertisement.ts";
import { GitProtocolError } from "../../../git/wire/git-protocol-error.ts";
import { delimPkt, flushPkt, toPkt } from "../../../git/wire/pkt-line.ts";
import { PktReader } from "../../../git/wire/pkt-reader.ts";
import { headerValues, type HeaderField } from "../../http1/header.ts";
import { Refusal } from "../../refusal.ts";
import type { DoorTools, HostResponse } from "../door.ts";
import type { PackUpstream, UpstreamPack } from "./pack-store.ts";
import type { InspectedPush } from "./push-inspection.ts";

/** Bytes of one answer with a pack. */
const maxAnswerBytes = 1024 ** 3;

/** Stands in the audit beside the requests that were made for a push. */
export const pushCheck = "push";

type Service = "git-upload-pack" | "git-receive-pack";

interface FetchOrder {
  readonly wants: readonly string[];
  readonly haves: readonly string[];
  readonly filter: "tree:0" | "blob:none";
  /** Whether ancestors are left out */
  readonly isShallow: boolean;
}

/** The upstream of a push, for looking at it. Every method @throws Refusal */
export function openHostFetch(tools: DoorTools, push: InspectedPush): PackUpstream {
  let refs: Promise<ReadonlyMap<string, string>> | undefined;
  let server: Promise<Advertisement> | undefined;
  const fetchPack = async (order: FetchOrder): Promise<UpstreamPack> => {
    server ??= readAdvertisement(tools, push, { service: "git-upload-pack", headers: [version2] });
    return sendFetch(tools, push, toFetchBody(await server, order));
  };
  return {
    // As a push sees them: those are the refs that its commands are about
    refs: () =>
      (refs ??= readAdvertisement(tools, push, {
        service: push.onlyReads === true ? "git-upload-pack" : "git-receive-pack",
        headers: [],
      }).then((list) => list.refs)),
    fetchHistory: ({ wants, haves }) =>
      fetchPack({ wants, haves, filter: "tree:0", isShallow: false }),
    fetchTrees: (commits) =>
      fetchPack({ wants: commits, haves: [], filter: "blob:none", isShallow: true }),
  };
}

async function readAdvertisement(
  tools: DoorTools,
  push: InspectedPush,
  // Without version 2, the refs come with the first answer
  { service, headers }: { readonly service: Service; readonly headers: readonly HeaderField[] },
): Promise<Advertisement> {
  await using response = await tools.send({
    ...toWhere(push),
    method: "GET",
    target: `${push.path}/info/refs?service=${service}`,
    headers: [
      ["accept", `application/x-${service}-advertisement`],
      ["accept-encoding", "identity"],
      ...headers,
    ],
  });
  checkAnswer(response, `application/x-${service}-advertisement`);
  const list = await asRefusal(() => parseAdvertisement(response.next));
  if (list.objectFormat === push.objectFormat) return list;
  throw unusable(`it has ${list.objectFormat} objects, and the push ${push.objectFormat}`);
}

async function sendFetch(
  tools: DoorTools,
  push: InspectedPush,
  body: Buffer,
): Promise<UpstreamPack> {
  const response = await tools.send({
    ...toWhere(push),
    method: "POST",
    target: `${push.path}/git-upload-pack`,
    headers: [
      ["content-type", "application/x-git-upload-pack-request"],
      ["accept", "application/x-git-upload-pack-result"],
      ["accept-encoding", "identity"],
      version2,
    ],
    body,
  });
  try {
    checkAnswer(response, "application/x-git-upload-pack-result");
  } catch (error) {
    await response[Symbol.asyncDispose]();
    throw error;
  }
  const next = readPack(response);
  return {
    next: () => asRefusal(next),
    [Symbol.asyncDispose]: () => response[Symbol.asyncDispose](),
  };
}

const version2: HeaderField = ["git-protocol", "version=2"];

function toWhere({ authority, repository, rule }: InspectedPush) {
  return { authority, repository, rule, check: pushCheck };
}

/** The whole request at once: everything wanted and known, and `done`, so that the answer is the pack. */
function toFetchBody(server: Advertisement, order: FetchOrder): Buffer {
  return server.version === 2 ? toVersion2(server, order) : toVersion0(server, order);
}

/** Gitprotocol-v2, "fetch". */
function toVersion2({ capabilities, objectFormat }: Advertisement, order: FetchOrder): Buffer {
  const offered = capabilities.get("fetch");
  const features = typeof offered === "string" ? offered.split(" ") : [];
  const lines = order.wants.map((oid) => `want ${oid}\n`);
  lines.push(...order.haves.map((oid) => `have ${oid}\n`), "no-progress\n", "ofs-delta\n");
  if (features.includes("filter")) lines.push(`filter ${order.filter}\n`);
  if (order.isShallow) {
    if (!features.includes("shallow")) throw unusable("it gives no commit without its history");
    lines.push("deepen 1\n");
  }
  const head = [toPkt("command=fetch\n")];
  if (capabilities.has("object-format")) head.push(toPkt(`object-format=${objectFormat}\n`));
  return Buffer.concat([
    ...head,
    delimPkt,
    ...[...lines, "done\n"].map((line) => toPkt(line)),
    flushPkt,
  ]);
}

/** Gitprotocol-pack, "Packfile Negotiation", without acknowledgements: one line of those comes. */
function toVersion0({ capabilities, objectFormat }: Advertisement, order: FetchOrder): Buffer {
  if (!capabilities.has("side-band-64k")) throw unusable("it knows no side-band-64k");
  const chosen = ["side-band-64k", "ofs-delta", "no-progress", "filter"].filter((name) =>
    capabilities.has(name),
  );
  if (capabilities.has("object-format")) chosen.push(`object-format=${objectFormat}`);
  if (order.isShallow) {
    if (!capabilities.has("shallow")) throw unusable("it gives no commit without its history");
    chosen.push("shallow");
  }
  const wants = order.wants.map((oid, index) =>
    toPkt(index === 0 ? `want ${oid} ${chosen.join(" ")}\n` : `want ${oid}\n`),
  );
  if (order.isShallow) wants.push(toPkt("deepen 1\n"));
  if (capabilities.has("filter")) wants.push(toPkt(`filter ${order.filter}\n`));
  const haves = order.haves.map((oid) => toPkt(`have ${oid}\n`));
  return Buffer.concat([...wants, flushPkt, ...haves, toPkt("done\n")]);
}

/**
 * The pack behind the lines that come first in either version: acknowledgements, shallow commits, names of sections.
 * Packets of a side band begin with its number, which no such line does.
 */
function readPack({ next }: HostResponse): () => Promise<Buffer | undefined> {
  const reader = new PktReader(next, { maxBytes: maxAnswerBytes });
  let hasBegun = false;
  return async () => {
    for (;;) {
      const pkt = await reader.read();
      if (pkt === undefined) throw new GitProtocolError("the pack ends too early");
      if (pkt.type !== "data") {
        if (hasBegun && pkt.type === "flush") return undefined;
        continue;
      }
      const band = pkt.data[0] ?? 0;
      if (band === 1) {
        hasBegun = true;
        if (pkt.data.length > 1) return pkt.data.subarray(1);
      } else if (band === 3) {
        throw new GitProtocolError(`the server says: ${pkt.data.toString("utf8", 1).trim()}`);
      } else if (band !== 2) checkLine(pkt.data);
    }
  };
}

function checkLine(data: Buffer): void {
  const text = data.toString("utf8", 0, 300).trim();
  if (text.startsWith("ERR ")) throw new GitProtocolError(`the server says: ${text.slice(4)}`);
  if (/^(?:ACK|NAK|shallow|unshallow|shallow-info|acknowledgments|ready|packfile)\b/.test(text)) {
    return;
  }
  throw new GitProtocolError("the server's answer holds a line that isn't known");
}

function checkAnswer({ head }: HostResponse, type: string): void {
  if (head.status !== 200) throw unusable(`it answered ${head.status}`);
  const [contentType] = headerValues(head.headers, "content-type");
  if (contentType?.toLowerCase() === type) return;
  throw unusable("its answer isn't git's");
}

async function asRefusal<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitProtocolError)) throw error;
    throw unusable(error.message, error);
  }
}

function unusable(why: string, cause?: unknown): Refusal {
  const what = `the push cannot be checked against the upstream: ${why}`;
  return new Refusal(502, "upstream-invalid", what, cause === undefined ? {} : { cause });
}
