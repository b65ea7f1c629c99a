// One transfer with an LFS storage: the client comes with a token, and goes on with what the storage asked for.
import { createHash } from "node:crypto";
import { wordSet } from "../../base/words.ts";
import { readLfsObject, type LfsObject } from "../lfs.ts";
import { sameAuthority } from "../../http/authority.ts";
import type { HandledRequest, ForwardDisposition } from "../../http/handler.ts";
import type { LfsGrant } from "./lfs-grants.ts";
import {
  createTransferTransform,
  type LfsTransfer,
  refuseTransfer,
} from "./lfs-transfer-answer.ts";
import { type Body, bufferedBody } from "../../http/body.ts";
import { readJson } from "./lfs-json.ts";

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
  const body = await toBody(request, grant);
  return {
    type: "forward",
    repository: grant.repository,
    headers,
    target: grant.path,
    grantedQuery: grant.query,
    grantedHeaders: grant.headers,
    withoutCredential: !grant.isGitHost || own.has("authorization"),
    response: createTransferTransform(transfer),
    ...(body === undefined ? {} : { body }),
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
