import { isZeroId } from "../wire/object-id.ts";
import type { Push } from "../wire/push-request.ts";
import type { RefUpdate } from "../repository-call.ts";
import { decideRefUpdateByAll } from "../entry/decide-ref-update.ts";
import type { GitAccess } from "./git-access.ts";

/** What was found out so far about which refs of a push may go upstream. */
export class Judgement {
  readonly push: Push;
  readonly access: GitAccess;
  /** Short reasons by ref; what isn't in it is allowed as far as is known */
  readonly refusals: ReadonlyMap<string, string>;
  /** What the rest of the decision needs */
  readonly needs: { readonly history: boolean; readonly paths: boolean; readonly pack: boolean };

  constructor(push: Push, access: GitAccess, refusals: ReadonlyMap<string, string>) {
    this.push = push;
    this.access = access;
    this.refusals = wholeOrPart(push, refusals);
    this.needs = findNeeds(this);
  }

  /** Whether nothing of it goes upstream. */
  get isRefused(): boolean {
    return this.push.commands.every(({ ref }) => this.refusals.has(ref));
  }

  with(more: ReadonlyMap<string, string>): Judgement {
    return new Judgement(this.push, this.access, new Map([...more, ...this.refusals]));
  }

  refuseAll(reason: string): Judgement {
    return this.with(new Map(this.push.commands.map(({ ref }) => [ref, reason])));
  }

  /** A command names the old id that its sender knew; when the ref has moved on, nothing that was decided holds. */
  withUpstream(refs: ReadonlyMap<string, string>): Judgement {
    const moved = this.push.commands.filter(({ ref, from }) => {
      const now = refs.get(ref);
      return now === undefined ? !isZeroId(from) : now !== from;
    });
    return this.with(
      new Map(moved.map(({ ref }) => [ref, "it has moved on the server: fetch first"])),
    );
  }
}

/** The changes of refs that the commands ask for, as the policy reads them. */
export function toUpdates(push: Push): readonly RefUpdate[] {
  return push.commands.map(({ ref, from, to }) => {
    if (isZeroId(to)) return { ref, change: "delete", rewrite: "no", paths: [] };
    if (isZeroId(from)) return { ref, change: "create", rewrite: "no", paths: "unknown" };
    return { ref, change: "update", rewrite: "unknown", paths: "unknown" };
  });
}

/** Whole or not at all: an atomic push, one whose commands are signed, one whose client couldn't be told of a part. */
function wholeOrPart(
  push: Push,
  refusals: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const isWhole = push.isAtomic || push.certificate !== undefined || push.reportStatus === "none";
  if (refusals.size === 0 || !isWhole) return refusals;
  const others = push.commands.map(
    ({ ref }) => [ref, "not done: another ref of this push was refused"] as const,
  );
  return new Map([...others, ...refusals]);
}

function findNeeds(judgement: Judgement): Judgement["needs"] {
  const { push, access, refusals } = judgement;
  let history = false;
  let paths = false;
  for (const update of toUpdates(push)) {
    if (refusals.has(update.ref)) continue;
    const verdict = decideRefUpdateByAll(access.rules, update);
    if (verdict.verdict !== "check") continue;
    history ||= verdict.history;
    paths ||= verdict.paths;
  }
  // Whether the rest can go without the refused refs is told by the pack too
  const isPart = refusals.size > 0 && push.hasPack;
  return { history, paths, pack: history || paths || isPart };
}
