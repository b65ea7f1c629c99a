// One transfer with an LFS storage: the client comes with a token, and goes on with what the storage asked for.
import { createHash } from "node:crypto";
import { wordSet } from "../../base/words.ts";
import { lfsContentType, type LfsObject, readLfsObject } from "../lfs.ts";
import { sameAuthority, toAuthorityText } from "../../http/authority.ts";
import type {
  ForwardDisposition,
  HandledRequest,
  ResponseChange,
  ResponseTransform,
} from "../../http/handler.ts";
import type { LfsGrant, LfsGrants } from "./lfs-grants.ts";
import { type Body, bufferedBody } from "../../http/body.ts";
import { readJson } from "./lfs-json.ts";
import { type HeaderField, headerValues, withoutHeader } from "../../http/header-fields.ts";
import type { HttpResponse } from "../../http/exchange.ts";
import { Refusal } from "../../http/refusal.ts";
import { readLfsHref, toHref } from "./lfs-action.ts";

const methods: Readonly<Record<LfsGrant["action"], string>> = {
  download: "GET",
  upload: "PUT",
  verify: "POST",
};

/** Bytes of a `verify`: one object id and a size. */
const maxVerifyBytes = 4096;

/** What the client may say to a storage. */
const requestHeaders = wordSet("accept authorization content-type if-range range user-agent");

/** @throws Refusal */
export async function passTransfer(
  request: HandledRequest,
  transfer: LfsTransfer,
): Promise<ForwardDisposition> {
  const { grant } = transfer;
  const isPlace =
    sameAuthority(request.authority, grant.authority) && request.rawPath === grant.path;
  if (!isPlace) throw refuseTransfer("this token is for another address");
  if (request.method !== methods[grant.action]) {
    throw refuseTransfer(`this token is for ${methods[grant.action]} only`);
  }
  const own = new Set(grant.headers.map(([name]) => name.toLowerCase()));
  const headers = request.head.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return requestHeaders.has(lower) && !own.has(lower);
  });
  return {
    type: "forward",
    repository: grant.repository,
    headers,
    target: grant.path,
    grantedQuery: grant.query,
    grantedHeaders: grant.headers,
    withoutCredential: !grant.isGitHost || own.has("authorization"),
    response: createTransferTransform(transfer),
    body: await toBody(request, grant),
  };
}

async function toBody(request: HandledRequest, grant: LfsGrant): Promise<Body | undefined> {
  if (grant.action === "upload") return toUpload(request, grant.object);
  if (grant.action === "download") {
    if (request.head.body !== "none") throw refuseTransfer("a download has no body");
    return undefined;
  }
  const object = readLfsObject(await readJson(request, maxVerifyBytes));
  if (object?.oid !== grant.object.oid || object.size !== grant.object.size) {
    throw refuseTransfer("this token is for another object");
  }
  return bufferedBody(JSON.stringify(object));
}

/**
 * The object as announced: a storage that doesn't look would take anything for it. The last of it is held back until all
 * of it is known to be the object.
 */
function toUpload(request: HandledRequest, { oid, size }: LfsObject): Body {
  const { body } = request.head;
  const announced = body === "none" ? 0 : body === "unknown" ? size : body;
  if (announced !== size) throw refuseTransfer(`the object has ${size} bytes, not ${announced}`);
  const hash = createHash("sha256");
  let sent = 0;
  return {
    length: size,
    next: async () => {
      const piece = await request.next();
      sent += piece?.length ?? 0;
      if (sent > size || (piece === undefined && sent < size)) {
        throw refuseTransfer(`the object has ${size} bytes, not ${sent}`);
      }
      if (piece !== undefined) hash.update(piece);
      if (sent === size && hash.copy().digest("hex") !== oid) {
        throw refuseTransfer("what is uploaded is another object");
      }
      return piece;
    },
  };
}

/** A transfer that was begun by a grant. */
interface LfsTransfer {
  readonly grant: LfsGrant;
  /** Where the storage may send a download on to */
  readonly hosts: readonly string[];
  readonly grants: LfsGrants;
}

/** What a storage may say to the client: nothing that could hold its secrets. */
const responseHeaders = wordSet(
  "accept-ranges content-range content-type date etag last-modified retry-after",
);

/**
 * A storage's answer without what it says about itself: its errors repeat signed addresses, its redirects are some. A
 * download that it sends on to another allowed host gets a token again.
 */
function createTransferTransform(transfer: LfsTransfer): ResponseTransform {
  return {
    begin: (head) => {
      const headers = head.headers.filter(([name]) => responseHeaders.has(name.toLowerCase()));
      if (head.status >= 300 && head.status < 400 && head.status !== 304) {
        return silent([...withoutHeader(headers, "content-type"), toLocation(head, transfer)]);
      }
      const isObject = transfer.grant.action === "download" && head.status < 300;
      if (isObject) return { headers, push: (piece) => piece, end: () => Buffer.alloc(0) };
      const type: HeaderField = ["Content-Type", lfsContentType];
      return silent(
        [...withoutHeader(headers, "content-type"), type],
        toMessage(head.status, transfer.grant),
      );
    },
  };
}

function toLocation(head: HttpResponse, { grant, hosts, grants }: LfsTransfer): HeaderField {
  const [location = ""] = headerValues(head.headers, "location");
  const { scheme } = grant.authority;
  const href = /^\/(?!\/)/.test(location)
    ? `${scheme}://${toAuthorityText(grant.authority)}${location}`
    : location;
  // Beside the listed hosts, the one that it came from
  const address = readLfsHref(href, { gitHost: grant.authority, hosts });
  if (grant.action !== "download" || typeof address === "string") {
    const why = typeof address === "string" ? `: ${address}` : "";
    throw refuseTransfer(`the storage redirects, which is not followed${why}`);
  }
  const isGitHost = grant.isGitHost && address.isGitHost;
  // The headers were for the first address: on the way to the second a client of git would drop them too
  const query = grants.add({ ...grant, ...address, isGitHost, headers: [] });
  return ["Location", toHref(address, query)];
}

function silent(headers: readonly HeaderField[], text = ""): ResponseChange {
  return { headers, push: () => Buffer.alloc(0), end: () => Buffer.from(text) };
}

function toMessage(status: number, { action }: LfsGrant): string {
  if (status < 300) return "{}";
  return JSON.stringify({ message: `vaultbox: the LFS storage answered ${action} with ${status}` });
}

/** Why a transfer isn't done. */
function refuseTransfer(why: string): Refusal {
  return new Refusal(403, "git-not-allowed", `this LFS transfer is refused: ${why}`);
}
