// One transfer with an LFS storage: the client comes with a token, and goes on with what the storage asked for.
import { createHash } from "node:crypto";
import type { HeaderField } from "../../http1/header.ts";
import { headerValues } from "../../http1/header.ts";
import type { ResponseHead } from "../../http1/response-head.ts";
import { sameAuthority, toAuthorityText } from "../../authority.ts";
import { Refusal } from "../../refusal.ts";
import { lfsContentType, readLfsObject, type LfsObject } from "../../../git/lfs.ts";
import { bufferedBody, readJson } from "../buffered-body.ts";
import type {
  BodyTransform,
  DoorRequest,
  ForwardPassage,
  PassageBody,
  ResponseTransform,
} from "../door.ts";
import { readLfsHref, toHref } from "./lfs-action.ts";
import type { LfsGrant, LfsGrants } from "./lfs-grants.ts";

const methods: Readonly<Record<LfsGrant["action"], string>> = {
  download: "GET",
  upload: "PUT",
  verify: "POST",
};

/** Bytes of a `verify`: one object id and a size. */
const maxVerifyBytes = 4096;

/** What the client may say to a storage. */
const requestHeaders: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "content-type",
  "if-range",
  "range",
  "user-agent",
]);

/** What a storage may say to the client: nothing that could hold its secrets. */
const responseHeaders: ReadonlySet<string> = new Set([
  "accept-ranges",
  "content-range",
  "content-type",
  "date",
  "etag",
  "last-modified",
  "retry-after",
]);

export interface LfsTransfer {
  readonly grant: LfsGrant;
  /** Where the storage may send a download on to */
  readonly hosts: readonly string[];
  readonly grants: LfsGrants;
}

/** @throws Refusal */
export async function passTransfer(
  request: DoorRequest,
  transfer: LfsTransfer,
): Promise<ForwardPassage> {
  const { grant } = transfer;
  const isPlace =
    sameAuthority(request.authority, grant.authority) && request.rawPath === grant.path;
  if (!isPlace) throw refused("this token is for another address");
  if (request.method !== methods[grant.action]) {
    throw refused(`this token is for ${methods[grant.action]} only`);
  }
  const own = new Set(grant.headers.map(([name]) => name.toLowerCase()));
  const headers = request.head.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return requestHeaders.has(lower) && !own.has(lower);
  });
  const body = await toBody(request, grant);
  return {
    type: "forward",
    repository: grant.repository,
    headers,
    target: grant.path,
    trustedQuery: grant.query,
    trustedHeaders: grant.headers,
    withoutCredential: !grant.isGitHost || own.has("authorization"),
    response: createTransferTransform(transfer),
    ...(body === undefined ? {} : { body }),
  };
}

async function toBody(request: DoorRequest, grant: LfsGrant): Promise<PassageBody | undefined> {
  const { kind } = request.head.body;
  if (grant.action === "upload") return toUpload(request, grant.object);
  if (grant.action === "download") {
    if (kind !== "none") throw refused("a download has no body");
    return undefined;
  }
  const object = readLfsObject(await readJson(request, maxVerifyBytes));
  if (object?.oid !== grant.object.oid || object.size !== grant.object.size) {
    throw refused("this token is for another object");
  }
  return bufferedBody(JSON.stringify(object));
}

/**
 * The object as announced: a storage that doesn't look would take anything for it. The last of it is held back until all
 * of it is known to be the object.
 */
function toUpload(request: DoorRequest, { oid, size }: LfsObject): PassageBody {
  const framing = request.head.body;
  const announced = framing.kind === "length" ? framing.length : framing.kind === "none" ? 0 : size;
  if (announced !== size) throw refused(`the object has ${size} bytes, not ${announced}`);
  const hash = createHash("sha256");
  let sent = 0;
  return {
    length: size,
    next: async () => {
      const piece = await request.next();
      sent += piece?.length ?? 0;
      if (sent > size || (piece === undefined && sent < size)) {
        throw refused(`the object has ${size} bytes, not ${sent}`);
      }
      if (piece !== undefined) hash.update(piece);
      if (sent === size && hash.copy().digest("hex") !== oid) {
        throw refused("what is uploaded is another object");
      }
      return piece;
    },
  };
}

/**
 * A storage's answer without what it says about itself: its errors repeat signed addresses, its redirects are some. A
 * download that it sends on to another allowed host gets a token again.
 */
function createTransferTransform(transfer: LfsTransfer): ResponseTransform {
  return {
    begin: (head) => {
      const headers = head.headers.filter(([name]) => responseHeaders.has(name.toLowerCase()));
      if (head.status >= 300 && head.status < 400 && head.status !== 304) {
        return silent([...withoutType(headers), toLocation(head, transfer)]);
      }
      const isObject = transfer.grant.action === "download" && head.status < 300;
      if (isObject) return { headers, push: (piece) => piece, end: () => Buffer.alloc(0) };
      const type: HeaderField = ["Content-Type", lfsContentType];
      return silent([...withoutType(headers), type], toMessage(head.status, transfer.grant));
    },
  };
}

function withoutType(headers: readonly HeaderField[]): readonly HeaderField[] {
  return headers.filter(([name]) => name.toLowerCase() !== "content-type");
}

function toLocation(head: ResponseHead, { grant, hosts, grants }: LfsTransfer): HeaderField {
  const [location = ""] = headerValues(head.headers, "location");
  const { scheme } = grant.authority;
  const href = /^\/(?!\/)/.test(location)
    ? `${scheme}://${toAuthorityText(grant.authority)}${location}`
    : location;
  // Beside the listed hosts, the one that it came from
  const address = readLfsHref(href, { gitHost: grant.authority, hosts });
  if (grant.action !== "download" || typeof address === "string") {
    const why = typeof address === "string" ? `: ${address}` : "";
    throw refused(`the storage redirects, which is not followed${why}`);
  }
  const isGitHost = grant.isGitHost && address.isGitHost;
  // The headers were for the first address: on the way to the second a client of git would drop them too
  const query = grants.add({ ...grant, ...address, isGitHost, headers: [] });
  return ["Location", toHref(address, query)];
}

function silent(headers: readonly HeaderField[], text = ""): BodyTransform {
  return { headers, push: () => Buffer.alloc(0), end: () => Buffer.from(text) };
}

function toMessage(status: number, { action }: LfsGrant): string {
  if (status < 300) return "{}";
  return JSON.stringify({ message: `vaultbox: the LFS storage answered ${action} with ${status}` });
}

function refused(why: string): Refusal {
  return new Refusal(403, "git-not-allowed", `this LFS transfer is refused: ${why}`);
}
