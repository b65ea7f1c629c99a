// Git LFS over HTTP, as far as it says what is asked of a repository. https://github.com/git-lfs/git-lfs/tree/main/docs/api
// (server-discovery.md, batch.md, locking.md, basic-transfers.md). What isn't known there is never passed on.
import { fieldsOf, textLike, wholeNumber } from "../base/shape.ts";
import type { RepositoryAction } from "./repository-call.ts";
import { isJsonObject } from "./strict-json.ts";

/** Content type of everything in the LFS API. */
export const lfsContentType = "application/vnd.git-lfs+json";

/** Objects of one batch; clients ask for 100 at a time. */
const maxBatchObjects = 1000;

/** A place below a repository's `info/lfs`. */
export interface LfsPlace {
  /** `acme/widgets`, without `.git` */
  readonly repository: string;
  readonly endpoint: "batch" | "locks" | "verify-locks" | "unlock" | "unknown";
}

/** An object by its content. */
export interface LfsObject {
  /** SHA-256, hex */
  readonly oid: string;
  readonly size: number;
}

/** What a client wants to transfer (batch.md, "Requests"). */
export interface LfsBatch {
  readonly operation: "download" | "upload";
  readonly objects: readonly LfsObject[];
  /** Full name of the ref that the client says it's for; nothing is decided by it */
  readonly ref: string | undefined;
}

/** What a request to LFS's lock API asks for, with the body to send; undefined body for none. */
export interface LfsLockRequest {
  readonly action: RepositoryAction;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

const placeShape = /^\/(.+?)(?:\.git)?\/info\/lfs(?:\/(.*))?$/;
const lfsObject = fieldsOf<LfsObject>({
  oid: textLike((oid) => /^[0-9a-f]{64}$/.test(oid)),
  size: wholeNumber(0),
});

/** @param path canonical */
export function readLfsPlace(path: string): LfsPlace | undefined {
  const [, repository, rest = ""] = placeShape.exec(path) ?? [];
  if (repository === undefined) return undefined;
  return { repository, endpoint: toEndpoint(rest) };
}

function toEndpoint(rest: string): LfsPlace["endpoint"] {
  if (rest === "objects/batch") return "batch";
  if (rest === "locks") return "locks";
  if (rest === "locks/verify") return "verify-locks";
  return /^locks\/[^/]+\/unlock$/.test(rest) ? "unlock" : "unknown";
}

/** Undefined when any part of it isn't as the documentation has it. */
export function readLfsBatch(plain: unknown): LfsBatch | undefined {
  if (!isJsonObject(plain)) return undefined;
  const { operation, objects, hash_algo: hash = "sha256" } = plain;
  if (operation !== "download" && operation !== "upload") return undefined;
  if (!Array.isArray(objects) || objects.length > maxBatchObjects || hash !== "sha256") {
    return undefined;
  }
  const read = objects.map(readLfsObject);
  const valid = read.filter((object) => object !== undefined);
  const ref = readRef(plain["ref"]);
  if (valid.length !== read.length || ref === null) return undefined;
  return { operation, objects: valid, ref };
}

/** `basic` is the only way of transfer: the others speak to the storage in ways that nobody here can follow. */
export function toLfsBatchBody(batch: LfsBatch): Readonly<Record<string, unknown>> {
  return {
    operation: batch.operation,
    transfers: ["basic"],
    ...toRefField(batch.ref),
    objects: batch.objects,
    hash_algo: "sha256",
  };
}

/** Undefined when it has no valid id or size. */
export function readLfsObject(plain: unknown): LfsObject | undefined {
  return lfsObject.fits(plain) ? { oid: plain.oid, size: plain.size } : undefined;
}

/**
 * A request to the lock API, or undefined when it isn't understood.
 * @param plain the parsed body, undefined for none
 */
export function readLfsLock(
  endpoint: Exclude<LfsPlace["endpoint"], "batch" | "unknown">,
  method: string,
  plain: unknown,
): LfsLockRequest | undefined {
  if (endpoint === "locks" && method === "GET") {
    return { action: { type: "read" }, body: undefined };
  }
  if (method !== "POST" || !isJsonObject(plain)) return undefined;
  const ref = readRef(plain["ref"]);
  if (ref === null) return undefined;
  switch (endpoint) {
    case "locks":
      return typeof plain["path"] === "string"
        ? { action: { type: "lfs-write" }, body: { path: plain["path"], ...toRefField(ref) } }
        : undefined;
    case "verify-locks":
      return { action: { type: "lfs-write" }, body: { ...toPage(plain), ...toRefField(ref) } };
    case "unlock": {
      // With force it takes somebody else's lock away
      const isForced = plain["force"] !== undefined && plain["force"] !== false;
      return {
        action: isForced
          ? { type: "forbidden", what: "removing somebody else's LFS lock" }
          : { type: "lfs-write" },
        body: { force: false, ...toRefField(ref) },
      };
    }
  }
}

function toPage({ cursor, limit }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(typeof cursor === "string" ? { cursor } : {}),
    ...(typeof limit === "number" ? { limit } : {}),
  };
}

/** Null when it isn't a ref. */
function readRef(plain: unknown): string | undefined | null {
  if (plain === undefined || plain === null) return undefined;
  const name = isJsonObject(plain) ? plain["name"] : undefined;
  return typeof name === "string" && name.length <= 1024 ? name : null;
}

function toRefField(ref: string | undefined): Record<string, unknown> {
  return ref === undefined ? {} : { ref: { name: ref } };
}
