// What an LFS storage answers to a transfer, without what it says about itself.
import { lfsContentType } from "../lfs.ts";
import { wordSet } from "../../base/words.ts";
import { toAuthorityText } from "../../http/authority.ts";
import { type HeaderField, headerValues, withoutHeader } from "../../http/header-fields.ts";
import type { HttpResponse } from "../../http/exchange.ts";
import { Refusal } from "../../http/refusal.ts";
import type { ResponseChange, ResponseTransform } from "../../http/handler.ts";
import { readLfsHref, toHref } from "./lfs-action.ts";
import type { LfsGrant, LfsGrants } from "./lfs-grants.ts";

/** A transfer that was begun by a grant. */
export interface LfsTransfer {
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
export function createTransferTransform(transfer: LfsTransfer): ResponseTransform {
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
export function refuseTransfer(why: string): Refusal {
  return new Refusal(403, "git-not-allowed", `this LFS transfer is refused: ${why}`);
}
