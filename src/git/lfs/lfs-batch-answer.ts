// The answer to an LFS batch holds what must not reach the sandbox: headers and signed addresses of the storage. They stay
// here, as grants; the client gets the same addresses with a token behind them.
import { lfsContentType, readLfsObject, type LfsBatch, type LfsObject } from "../lfs.ts";
import { isJsonObject } from "../strict-json.ts";
import { toPrintable } from "../../base/printable.ts";
import { type HeaderField, withoutHeader } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import type { ResponseTransform } from "../../http/handler.ts";
import {
  readLfsExpiry,
  readLfsHeaders,
  readLfsHref,
  toHref,
  type LfsStorage,
} from "./lfs-action.ts";
import type { LfsGrant, LfsGrants } from "./lfs-grants.ts";
import { isJsonAnswer, rewriteJson } from "../rewritten-json.ts";

/** Bytes of an answer: a thousand objects with signed addresses have room. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** Characters of a message that a server sends about an object. */
const maxMessageLength = 500;

/** What a batch asked for, and what its grants may lead to. */
export interface LfsBatchContext {
  readonly batch: LfsBatch;
  readonly storage: LfsStorage;
  readonly repository: string;
  readonly rule: string;
  readonly grants: LfsGrants;
  readonly now: () => number;
}

type Plain = Readonly<Record<string, unknown>>;

/** Puts grants in place of the storage's addresses; `begin` @throws Refusal when the answer is no batch */
export function createLfsBatchTransform(context: LfsBatchContext): ResponseTransform {
  return {
    begin: (head, hold) => {
      const isBatch = head.status === 200 && isJsonAnswer(head);
      if (!isBatch && head.status >= 200 && head.status < 300) {
        throw new Refusal(502, "upstream-invalid", "the LFS server's answer is no batch");
      }
      // Errors are for the client to read; they're about the request, not about the storage
      if (!isBatch) return undefined;
      const transform = rewriteJson(head, hold, {
        maxBytes: maxAnswerBytes,
        rewrite: (plain) => rewriteAnswer(plain, context),
      });
      const type: HeaderField = ["Content-Type", lfsContentType];
      return {
        ...transform,
        headers: [...withoutHeader(transform.headers ?? [], "content-type"), type],
      };
    },
  };
}

/** Only what the documentation knows goes on. */
export function rewriteAnswer(plain: Plain, context: LfsBatchContext): Plain {
  const { transfer = "basic", objects, hash_algo: hash = "sha256" } = plain;
  const isBasic = transfer === "basic" && hash === "sha256";
  const answered = Array.isArray(objects) ? objects : [];
  const wanted = new Map(context.batch.objects.map((object) => [object.oid, object]));
  return {
    transfer: "basic",
    hash_algo: "sha256",
    objects: answered.flatMap((one: unknown) => {
      const object = readLfsObject(one);
      // Nobody asked for it
      if (object === undefined || !isJsonObject(one) || !wanted.has(object.oid)) return [];
      if (!isBasic) return [failed(object, "the server wants another transfer than basic")];
      return [rewriteObject(object, one, context)];
    }),
  };
}

function rewriteObject(object: LfsObject, plain: Plain, context: LfsBatchContext): Plain {
  const { error, actions } = plain;
  if (isJsonObject(error)) return { ...object, error: toError(error) };
  // The server has it already
  if (!isJsonObject(actions)) return { ...object };
  const rewritten: Record<string, unknown> = {};
  const names = context.batch.operation === "download" ? downloads : uploads;
  for (const name of names) {
    const action = actions[name];
    if (action === undefined || action === null) continue;
    const kept = isJsonObject(action)
      ? keep(name, action, { object, context })
      : "it is not an action";
    if (typeof kept === "string") return failed(object, kept);
    rewritten[name] = kept;
  }
  return { ...object, authenticated: true, actions: rewritten };
}

const downloads = ["download"] as const;
const uploads = ["upload", "verify"] as const;

/** Keeps an action as a grant. Why not, when it may not be done. */
function keep(
  name: LfsGrant["action"],
  action: Plain,
  { object, context }: { readonly object: LfsObject; readonly context: LfsBatchContext },
): Plain | string {
  const address = readLfsHref(action["href"], context.storage);
  if (typeof address === "string") return address;
  const headers = readLfsHeaders(action["header"]);
  if (headers === undefined) return "the storage asks for headers that can't be sent";
  const now = context.now();
  const expiresAt = readLfsExpiry(action, now);
  if (expiresAt <= now) return "what the server gave for it has expired already";
  const { repository, rule, grants } = context;
  const grant = { action: name, ...address, headers, object, repository, rule, expiresAt };
  return {
    href: toHref(address, grants.add(grant)),
    expires_in: Math.max(1, Math.floor((expiresAt - now) / 1000)),
  };
}

function failed(object: LfsObject, why: string): Plain {
  return { ...object, error: { code: 403, message: `vaultbox: ${why}` } };
}

function toError({ code, message }: Plain): Plain {
  return {
    code: typeof code === "number" ? code : 500,
    message: toPrintable(typeof message === "string" ? message : "").slice(0, maxMessageLength),
  };
}
