// The questions that decide a push: what it would do to the upstream's history and paths, found out from the pack itself and
// what the upstream has. Whatever can't be proven from those has the answer that refuses: a missing object, a limit, a
// damaged cache.
import { createReadStream } from "node:fs";
import { once } from "../../../base/once.ts";
import { formatSize } from "../../../base/units.ts";
import { isCommit, isContained, isFastForward } from "./ancestry.ts";
import { fetchHistory } from "./commit-history.ts";
import { findDeniedChange } from "./denied-change.ts";
import { Patience } from "./git-patience.ts";
import { maxInquiryMs } from "./limits.ts";
import { emptyContents, readPackContents } from "./pack-contents.ts";
import { takeInPack } from "./pack-intake.ts";
import type { InspectedPush, PushKnowledge, PushStores } from "./push-knowledge.ts";
import { asRefused, ObjectsUnreadable, PackRefused } from "./unproven.ts";
import type { Upstream } from "./upstream.ts";

/** Every method but `upstreamRefs` and `pack` @throws PackRefused, and what the upstream's methods throw. */
export interface PushInquiry extends AsyncDisposable {
  /** The upstream's refs now, full name to object id. Asked once, then remembered */
  readonly upstreamRefs: Upstream["refs"];
  /**
   * Takes in the pack, wholly, before anything else is asked; a push without a pack leaves it out. The rest of the body may
   * be unread when it's refused.
   * @throws what `next` throws
   */
  readonly receive: (next: () => Promise<Buffer | undefined>) => Promise<void>;
  /** The pack as it was checked, byte for byte; may be opened again */
  readonly pack: () => {
    readonly length: number;
    readonly next: () => Promise<Buffer | undefined>;
  };
  /** Whether it's a commit that the pack or the upstream has: nothing else may be at a branch */
  readonly isCommit: (oid: string) => Promise<boolean>;
  /** Whether the commit `from` is `to` or one of its ancestors; false whenever that can't be proven */
  readonly isFastForward: (from: string, to: string) => Promise<boolean>;
  /**
   * A path denied by `isDenied` that a commit changes which `to` brings to the upstream, else undefined. New is what no
   * branch or tag of the upstream reaches; a commit is compared with each of its parents.
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

/**
 * The questions about one push. The first that needs git opens what they are answered from: the upstream's refs alone need
 * none on the host.
 */
export function openPushInquiry(
  push: InspectedPush,
  openStores: () => Promise<PushStores>,
): PushInquiry {
  let opening: Promise<PushStores> | undefined;
  let known: PushKnowledge | undefined;
  let taken: TakenPack | undefined;
  const know = async (): Promise<PushKnowledge> => {
    opening ??= openStores();
    return (known ??= toKnowledge(push, await opening));
  };
  const patience = new Patience(
    { kill: () => known?.stopping.abort() },
    push.patienceMs ?? maxInquiryMs,
  );
  /** One question after the other, with one time limit for all of them. */
  const ask = <Value>(question: (push: PushKnowledge) => Promise<Value>): Promise<Value> =>
    asRefused(async () => {
      const knowledge = await know();
      try {
        if (!patience.isOver) return await patience.wait(question(knowledge));
      } catch (error) {
        if (!patience.isOver) throw error;
      }
      throw new ObjectsUnreadable("it takes too long");
    });
  return {
    upstreamRefs: push.upstream.refs,
    receive: (next) => asRefused(async () => void (taken = await takeIn(await know(), next))),
    pack: () => openPack(taken),
    isCommit: (oid) => ask((at) => isCommit(at, oid)),
    isFastForward: (from, to) => ask((at) => isFastForward(at, from, to)),
    findDeniedPath: (to, isDenied) => ask((at) => findDeniedChange(at, to, isDenied)),
    isContained: (oid, others) => ask((at) => isContained(at, oid, others)),
    // Whoever asked was told when it couldn't be opened
    [Symbol.asyncDispose]: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

function toKnowledge(push: InspectedPush, stores: PushStores): PushKnowledge {
  const { upstream } = push;
  const tips = (): Promise<readonly string[]> => readTips(upstream);
  const bringHistory = once(async () => fetchHistory(stores.history, upstream, await tips()));
  return { ...push, ...stores, contents: emptyContents, bringHistory, tips };
}

interface TakenPack {
  readonly file: string;
  readonly bytes: number;
}

async function takeIn(
  push: PushKnowledge,
  next: () => Promise<Buffer | undefined>,
): Promise<TakenPack> {
  const { git, quarantine, stopping, objectFormat: format, checksObjects, maxPackBytes } = push;
  const place = { git, repository: quarantine.repository, signal: stopping.signal };
  const intake = await takeInPack(place, { next, maxBytes: maxPackBytes, checksObjects });
  if (intake.type === "refused") throw new PackRefused(intake.why);
  if (intake.type === "too-big") {
    throw new PackRefused(`the pack is larger than ${formatSize(maxPackBytes)}`);
  }
  const contents = await readPackContents({ ...place, format }).catch((error: unknown) => {
    if (error instanceof ObjectsUnreadable) return "its commits can't be read";
    throw error;
  });
  if (typeof contents === "string") throw new PackRefused(contents);
  push.contents = contents;
  return intake;
}

function openPack(taken: TakenPack | undefined) {
  if (taken === undefined) return { length: 0, next: () => Promise.resolve(undefined) };
  let pieces: AsyncIterator<Buffer> | undefined;
  const next = async (): Promise<Buffer | undefined> => {
    pieces ??= createReadStream(taken.file)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { done, value } = await pieces.next();
    return done === true ? undefined : value;
  };
  return { length: taken.bytes, next };
}

async function readTips(upstream: Upstream): Promise<readonly string[]> {
  const tips = new Set<string>();
  for (const [name, oid] of await upstream.refs()) {
    if (name.startsWith("refs/heads/") || name.startsWith("refs/tags/")) tips.add(oid);
  }
  return [...tips];
}
