import { shortened, toPrintable } from "../base/printable.ts";
import type { RequestDecisionEvent } from "./audit-event.ts";
import type { RepositoryUpdate } from "../http/handler.ts";

/** Refs that fit a line. */
const shownUpdates = 3;
/** Characters of a ref's name, and of a reason, in a line */
const shownLength = 120;
/** Hex digits that name an object to a person, as git shortens them */
const shortId = 7;

/** What a request does to refs, for a line of a log: `agent/x 1a2b3c4..5d6e7f8`, `main refused: …`; empty without any. */
export function describeUpdates({ updates = [] }: RequestDecisionEvent): readonly string[] {
  const shown = updates.slice(0, shownUpdates).map(describeUpdate);
  const more = updates.length - shown.length;
  return more > 0 ? [...shown, `${more} more refs`] : shown;
}

/** A ref as people call it: `agent/x` for `refs/heads/agent/x`. */
export function toShortRef(ref: string): string {
  const name = ref.replace(/^refs\/(?:heads\/|tags\/(?=.))/, "");
  return toPrintable(shortened(name, shownLength));
}

function describeUpdate({ ref, from, to, refused }: RepositoryUpdate): string {
  const name = toShortRef(ref);
  if (refused !== undefined)
    return `${name} refused: ${toPrintable(shortened(refused, shownLength))}`;
  if (isNone(to)) return to === "" ? name : `${name} deleted`;
  if (isNone(from)) return `${name} new at ${to.slice(0, shortId)}`;
  return `${name} ${from.slice(0, shortId)}..${to.slice(0, shortId)}`;
}

function isNone(oid: string): boolean {
  return /^0*$/.test(oid);
}
