// What a push would do to the upstream's history and paths, found out from the pack itself and what the upstream has.
// Not proven is never allowed: a missing object, a time limit or an answer that isn't understood refuses the push.
import type { Authority } from "../../http/authority.ts";
import type { Body } from "../../http/body.ts";
import type { InspectedPush } from "./cache/push-knowledge.ts";

/** Makes the inspection of one push; one for the session. */
export interface PushInspector {
  /** Costs nothing until something is asked */
  readonly open: (push: PushToInspect) => Promise<PushInspection>;
}

/** Where a push is to go, and what will be asked about it. */
export interface PushToInspect extends Omit<InspectedPush, "origin" | "upstream"> {
  readonly authority: Authority;
  /** `owner/name`, for the credential */
  readonly repository: string;
  /** `rule.source.label` of the rule that the push is under */
  readonly rule: string;
  /** Nothing is pushed, the upstream is only asked what it has: a credential that may read is enough */
  readonly onlyReads?: true;
}

/** The questions that decide a push. */
export interface PushInspection extends AsyncDisposable {
  /**
   * The upstream's refs now, full name to object id, read with the session's credential. The commands' old ids are
   * compared with them. Asked once, then remembered. @throws Refusal
   */
  readonly upstreamRefs: () => Promise<ReadonlyMap<string, string>>;
  /**
   * Takes in the pack, wholly, before anything else is asked; a push without a pack leaves it out.
   * @throws Refusal 413 beyond `maxPackBytes`
   * @throws PackRefused when it isn't a valid, self-contained pack, or can't be checked on this host or within the
   * limits. The rest of the body may be unread then
   */
  readonly receive: (next: () => Promise<Buffer | undefined>) => Promise<void>;
  /** The pack as it was checked, byte for byte; may be opened again */
  readonly pack: () => Body;
  /** Whether it's a commit that the pack or the upstream has: nothing else may be at a branch. @throws PackRefused, Refusal */
  readonly isCommit: (oid: string) => Promise<boolean>;
  /**
   * Whether the commit `from` is `to` or one of its ancestors; false whenever that can't be proven.
   * @throws PackRefused, Refusal when the upstream's history can't be read
   */
  readonly isFastForward: (from: string, to: string) => Promise<boolean>;
  /**
   * A path denied by `isDenied` that a commit changes which `to` brings to the upstream, else undefined. New is what no
   * branch or tag of the upstream reaches; a commit is compared with each of its parents.
   * @throws PackRefused when the pack builds on something that the upstream doesn't have
   * @throws Refusal when the upstream's history can't be read
   */
  readonly findDeniedPath: (
    to: string,
    isDenied: (path: string) => boolean,
  ) => Promise<string | undefined>;
  /**
   * Whether the pack holds nothing for `oid` that it doesn't hold for one of `tips` too: then a push without that ref,
   * and with the same pack, is what it says it is
   */
  readonly isContained: (oid: string, tips: readonly string[]) => Promise<boolean>;
}

/** A push whose pack can't be accepted; the message is one short line for `unpack` or `ng` of the report. */
export class PackRefused extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "PackRefused";
  }
}
