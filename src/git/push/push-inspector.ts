import { debug } from "../../base/debug.ts";
import { VaultboxError } from "../../base/errors.ts";
import { openSemaphore } from "../../base/semaphore.ts";
import { formatSize } from "../../base/units.ts";
import { toAuthorityText } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";
import type { HandlerTools } from "../../http/handler.ts";
import type { GitCache } from "./cache/git-cache.ts";
import type { PushInquiry } from "./cache/push-inquiry.ts";
import { openHostFetch } from "./own-fetch.ts";
import { PackRefused, type PushInspection, type PushInspector } from "./push-inspection.ts";

/** Pushes under way at the same time; the others wait. Each holds all refs of its upstream, of which there may be many. */
const maxPushesUnderWay = 16;

/** Inspects pushes in the host's cache, with the upstream as the session's credential sees it. */
export function openPushInspector(tools: HandlerTools, cache: GitCache): PushInspector {
  const enter = openSemaphore(maxPushesUnderWay);
  return {
    open: async (push): Promise<PushInspection> => {
      const stack = new AsyncDisposableStack();
      stack.defer(await enter());
      const upstream = openHostFetch(tools, push, stack.use(tools.openHold()));
      const origin = `${push.authority.scheme}://${toAuthorityText(push.authority)}`;
      let opening: Promise<PushInquiry> | undefined;
      let inquiry: PushInquiry | undefined;
      // Whoever asked was told when it couldn't be opened
      stack.defer(async () => (await opening?.catch(() => undefined))?.[Symbol.asyncDispose]());
      // Opened by the first question that needs it: the upstream's refs alone need no git on the host
      const ask = <Value>(work: (inquiry: PushInquiry) => Promise<Value>): Promise<Value> =>
        asRefused(async () => {
          opening ??= cache.open({ ...push, origin, upstream });
          inquiry = await opening;
          return await work(inquiry);
        });
      return {
        upstreamRefs: upstream.refs,
        receive: (next) => ask((at) => receive(at, next, push.maxPackBytes)),
        pack: () => inquiry?.pack() ?? { length: 0, next: () => Promise.resolve(undefined) },
        isCommit: (oid) => ask((at) => at.isCommit(oid)),
        isFastForward: (from, to) => ask((at) => at.isFastForward(from, to)),
        findDeniedPath: (to, isDenied) => ask((at) => findDeniedPath(at, to, isDenied)),
        isContained: (oid, tips) => ask((at) => at.isContained(oid, tips)),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    },
  };
}

async function receive(
  inquiry: PushInquiry,
  next: () => Promise<Buffer | undefined>,
  maxPackBytes: number,
): Promise<void> {
  const intake = await inquiry.receive(next);
  if (intake.type === "refused") throw new PackRefused(intake.why);
  if (intake.type === "taken") return;
  const limit = formatSize(maxPackBytes);
  throw new Refusal(413, "git-not-allowed", `the pack is larger than ${limit}`);
}

async function findDeniedPath(
  inquiry: PushInquiry,
  to: string,
  isDenied: (path: string) => boolean,
): Promise<string | undefined> {
  const verdict = await inquiry.findDeniedPath(to, isDenied);
  if (verdict.type === "unproven") throw new PackRefused(verdict.why);
  return verdict.type === "denied" ? verdict.path : undefined;
}

/** What went wrong on the host refuses the push; the details (folders, versions) are for the host's eyes. */
async function asRefused<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    debug("push", error.message);
    throw new PackRefused(toReason(error), { cause: error });
  }
}

function toReason({ code, message }: VaultboxError): string {
  if (code === "VBX_PUSH_UNPROVEN") return message;
  if (code === "VBX_GIT_UNUSABLE") return "it must be checked, and the host has no usable git";
  return "it can't be checked on the host";
}
