// The questions about one push. Whatever can't be proven from the pack and the upstream's history has the answer that
// refuses: a missing object, a limit, a damaged cache.
import { createReadStream } from "node:fs";
import { once } from "../../../base/once.ts";
import { isCommit, isContained, isFastForward } from "./ancestry.ts";
import { fetchHistory } from "./commit-history.ts";
import { findDeniedChange, type PathVerdict } from "./denied-change.ts";
import { Patience } from "./git-patience.ts";
import { maxInquiryMs } from "./limits.ts";
import { ObjectsUnreadable } from "./object-parser.ts";
import { emptyContents, type PackContents, readPackContents } from "./pack-contents.ts";
import { type PackIntake, takeInPack } from "./pack-intake.ts";
import type { PushKnowledge } from "./push-knowledge.ts";
import { asUnproven } from "./unproven.ts";
import type { Upstream } from "./upstream.ts";

/** Every method @throws VaultboxError VBX_PUSH_UNPROVEN, and what the upstream's methods throw */
export interface PushInquiry extends AsyncDisposable {
  /** @throws what `next` throws */
  readonly receive: (next: () => Promise<Buffer | undefined>) => Promise<PackIntake>;
  /** The pack that was taken in, byte for byte; may be opened again */
  readonly pack: () => {
    readonly length: number;
    readonly next: () => Promise<Buffer | undefined>;
  };
  readonly isCommit: (oid: string) => Promise<boolean>;
  readonly isFastForward: (from: string, to: string) => Promise<boolean>;
  readonly findDeniedPath: (
    to: string,
    isDenied: (path: string) => boolean,
  ) => Promise<PathVerdict>;
  readonly isContained: (oid: string, tips: readonly string[]) => Promise<boolean>;
}

/**
 * Opens the questions about one push.
 * @param close stops every git that runs and removes the quarantine
 */
export function openPushInquiry(
  material: Omit<PushKnowledge, "contents" | "bringHistory" | "tips">,
  close: () => Promise<void>,
): PushInquiry {
  let taken: { readonly file: string; readonly bytes: number } | undefined;
  const tips = (): Promise<readonly string[]> => readTips(material.upstream);
  const bringHistory = once(async () =>
    fetchHistory(material.history, material.upstream, await tips()),
  );
  const push: PushKnowledge = { ...material, contents: emptyContents, bringHistory, tips };
  const ask = toQuestions(push);
  return {
    receive: (next) =>
      asUnproven(async () => {
        const intake = await takeIn(push, next);
        if (!("contents" in intake)) return intake;
        push.contents = intake.contents;
        taken = intake;
        return { type: "taken", file: intake.file, bytes: intake.bytes };
      }),
    pack: () => openPack(taken),
    isCommit: (oid) => ask(() => isCommit(push, oid)),
    isFastForward: (from, to) => ask(() => isFastForward(push, from, to)),
    findDeniedPath: (to, isDenied) => ask(() => findDeniedChange(push, to, isDenied)),
    isContained: (oid, others) => ask(() => isContained(push, oid, others)),
    [Symbol.asyncDispose]: close,
  };
}

/** Asks one question after the other, with one time limit for all of them. */
function toQuestions({ stopping, patienceMs }: PushKnowledge) {
  const patience = new Patience({ kill: () => stopping.abort() }, patienceMs ?? maxInquiryMs);
  return <Value>(question: () => Promise<Value>): Promise<Value> =>
    asUnproven(async () => {
      try {
        if (!patience.isOver) return await patience.wait(question());
      } catch (error) {
        if (!patience.isOver) throw error;
      }
      throw new ObjectsUnreadable("it takes too long");
    });
}

async function takeIn(
  push: PushKnowledge,
  next: () => Promise<Buffer | undefined>,
): Promise<
  PackIntake | { readonly contents: PackContents; readonly file: string; readonly bytes: number }
> {
  const { git, quarantine, stopping, objectFormat, checksObjects, maxPackBytes } = push;
  const place = { git, repository: quarantine.repository, signal: stopping.signal };
  const intake = await takeInPack(place, { next, maxBytes: maxPackBytes, checksObjects });
  if (intake.type !== "taken") return intake;
  try {
    const contents = await readPackContents({ ...place, format: objectFormat });
    if (typeof contents === "string") return { type: "refused", why: contents };
    return { contents, file: intake.file, bytes: intake.bytes };
  } catch (error) {
    if (!(error instanceof ObjectsUnreadable)) throw error;
    return { type: "refused", why: "its commits can't be read" };
  }
}

function openPack(taken: { readonly file: string; readonly bytes: number } | undefined) {
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
