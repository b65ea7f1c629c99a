// Which refs of a push may go upstream: first by what its commands and options say, then by what its pack holds.
import { isZeroId } from "../wire/object-id.ts";
import type { PushCommand } from "../wire/push-command.ts";
import type { Push } from "../wire/push-request.ts";
import type { RefUpdate } from "../repository-call.ts";
import { decideRefUpdateByAll } from "../entry/decide-ref-update.ts";
import type { GitAccess } from "./git-access.ts";
import { readPushOption } from "../push-options.ts";
import { decideRepositoryCall } from "../entry/decide-repository-call.ts";
import { compileDeniedPaths } from "../entry/denied-path.ts";
import type { PushInquiry } from "./cache/push-inquiry.ts";

/** What was found out so far about which refs of a push may go upstream. */
export class Judgement {
  readonly push: Push;
  readonly access: GitAccess;
  /** Short reasons by ref; what isn't in it is allowed as far as is known */
  readonly refusals: ReadonlyMap<string, string>;
  /** What the rest of the decision needs */
  readonly needs: { readonly paths: boolean; readonly pack: boolean };

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

/** The change of a ref that a command asks for, as the policy reads it. */
function toUpdate({ ref, from, to }: PushCommand): RefUpdate {
  if (isZeroId(to)) return { ref, change: "delete", rewrite: "no", paths: [] };
  if (isZeroId(from)) return { ref, change: "create", rewrite: "no", paths: "unknown" };
  return { ref, change: "update", rewrite: "unknown", paths: "unknown" };
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

function findNeeds({ push, access, refusals }: Judgement): Judgement["needs"] {
  const checks = push.commands
    .filter(({ ref }) => !refusals.has(ref))
    .map((command) => decideRefUpdateByAll(access.rules, toUpdate(command)))
    .filter((one) => one.verdict === "check");
  // Whether the rest can go without the refused refs is told by the pack too
  const isPart = refusals.size > 0 && push.hasPack;
  return { paths: checks.some(({ paths }) => paths), pack: checks.length > 0 || isPart };
}

/** Everything that the commands and push options decide by themselves. */
export function judgeByCommands(push: Push, access: GitAccess): Judgement {
  const option = push.pushOptions.find((text) => !isOptionAllowed(text, access));
  const refusals = new Map<string, string>();
  for (const command of push.commands) {
    const verdict = decideRefUpdateByAll(access.rules, toUpdate(command));
    if (option !== undefined) refusals.set(command.ref, "a push option of it is not allowed");
    else if (verdict.verdict === "deny") refusals.set(command.ref, verdict.reason);
  }
  return new Judgement(push, access, refusals);
}

/** The rest, once the pack was received. @throws PackRefused, Refusal */
export async function judgeByPack(
  judgement: Judgement,
  inspection: PushInquiry,
): Promise<Judgement> {
  const refusals = new Map<string, string>();
  for (const command of judgement.push.commands) {
    if (judgement.refusals.has(command.ref) || isZeroId(command.to)) continue;
    const reason = await judgeUpdate(command, judgement.access, inspection);
    if (reason !== undefined) refusals.set(command.ref, reason);
  }
  const judged = judgement.with(refusals);
  const isPart = judged.refusals.size > 0 && !judged.isRefused;
  if (!isPart || (await isTruthful(judged, inspection))) return judged;
  return judged.refuseAll("not done: its pack holds what another ref was refused for");
}

async function judgeUpdate(
  command: PushCommand,
  access: GitAccess,
  inspection: PushInquiry,
): Promise<string | undefined> {
  const { from, to } = command;
  const update = toUpdate(command);
  if (update.ref.startsWith("refs/heads/") && !(await inspection.isCommit(to))) {
    return "a branch must be a commit";
  }
  const verdict = decideRefUpdateByAll(access.rules, update);
  if (verdict.verdict === "deny") return verdict.reason;
  if (verdict.verdict === "allow") return undefined;
  const isKept = !verdict.history || (await inspection.isFastForward(from, to));
  const paths = verdict.paths ? await findDeniedPaths(to, access, inspection) : update.paths;
  const rewrite = verdict.history ? (isKept ? "no" : "yes") : update.rewrite;
  const final = decideRefUpdateByAll(access.rules, { ...update, rewrite, paths });
  if (final.verdict === "allow") return undefined;
  return final.verdict === "deny" ? final.reason : "it cannot be told what it changes";
}

/** One path of each rule that denies some: as much as the rules need to know. */
async function findDeniedPaths(
  to: string,
  { rules }: GitAccess,
  inspection: PushInquiry,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { push } of rules) {
    if (push === undefined || push.denyPaths.length === 0) continue;
    const find = compileDeniedPaths(push.denyPaths);
    const path = await inspection.findDeniedPath(to, (one) => find(one) !== undefined);
    if (path !== undefined) found.push(path);
  }
  return found;
}

/** Whether the pack without the refused refs holds nothing that only they needed. */
async function isTruthful(judgement: Judgement, inspection: PushInquiry): Promise<boolean> {
  const { push, refusals } = judgement;
  const brings = push.commands.filter(({ to }) => !isZeroId(to));
  const tips = brings.flatMap(({ ref, to }) => (refusals.has(ref) ? [] : [to]));
  for (const { ref, to } of brings) {
    if (refusals.has(ref) && !(await inspection.isContained(to, tips))) return false;
  }
  return true;
}

/** Whatever software the entries take the server for, the option must be harmless or allowed there. */
function isOptionAllowed(option: string, { rules, repository }: GitAccess): boolean {
  return rules.every(({ forge }) => {
    const action = readPushOption(forge, option);
    if (action === undefined || action === "ignored") return action === "ignored";
    return decideRepositoryCall(rules, { repository, action }).verdict === "allow";
  });
}
