import { isSamePlace } from "./binding.ts";
import { type BoundCredential, repositoryRank } from "./bound-hosts.ts";
import { kindOf } from "./schemes.ts";
import type { SessionCredential } from "./session-credential.ts";

/** Which credentials go on a request, each on fields of its own; "several" when the client means more than can go. */
export type CredentialPlan = readonly BoundCredential[] | "several";

/**
 * The credential that the client means when it holds a placeholder of one, else the most specific. Those of its vault that
 * are bound to the very same place go along where their fields are free (an API key and its application key): the ones
 * that the client means, or all when it means none; what no client can hold, a signature, always does. One that is for
 * this repository comes before others whatever the client holds: a variable of the sandbox has room for one placeholder.
 * @param bound those that cover the request, the most specific first
 */
export function planCredentials(
  bound: readonly BoundCredential[],
  offered: ReadonlySet<SessionCredential>,
): CredentialPlan {
  const [first] = bound;
  if (first === undefined || bound.length === 1) return bound;
  const rank = repositoryRank(first.binding);
  const isMeant = ({ credential }: BoundCredential): boolean => offered.has(credential);
  const chosen = bound.find((one) => isMeant(one) && repositoryRank(one.binding) === rank) ?? first;
  const along = bound.filter(
    (one) => isBoundAlike(one, chosen) && (offered.size === 0 || isMeant(one) || isNeverHeld(one)),
  );
  const plan = takeFreeFields([chosen, ...along]);
  const planned = plan.filter(isMeant).length;
  // One for all repositories may be what a variable holds, where one for this repository goes
  return offered.size > 1 && planned < offered.size ? "several" : plan;
}

/** Of one vault, and for the same place. */
function isBoundAlike(a: BoundCredential, b: BoundCredential): boolean {
  return a.credential.vault === b.credential.vault && isSamePlace(a.binding, b.binding);
}

/** The first of each credential, and of each field. */
function takeFreeFields(bound: readonly BoundCredential[]): readonly BoundCredential[] {
  const taken = new Set<string>();
  const seen = new Set<SessionCredential>();
  return bound.filter((one) => {
    const fields = toFields(one);
    if (seen.has(one.credential) || fields.some((field) => taken.has(field))) return false;
    seen.add(one.credential);
    for (const field of fields) taken.add(field);
    return true;
  });
}

function toFields({ binding: { scheme } }: BoundCredential): readonly string[] {
  const fields = kindOf(scheme).fields(scheme);
  return fields.map(({ kind, name }) => `${kind} ${name.toLowerCase()}`);
}

function isNeverHeld({ binding: { scheme } }: BoundCredential): boolean {
  return kindOf(scheme).detect === undefined;
}
