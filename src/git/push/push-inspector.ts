import { openSemaphore } from "../../base/semaphore.ts";
import { toAuthorityText } from "../../http/authority.ts";
import type { HandlerTools } from "../../http/handler.ts";
import type { GitCache } from "./cache/git-cache.ts";
import type { PushInquiry } from "./cache/push-inquiry.ts";
import { openHostFetch, type PushToInspect } from "./own-fetch.ts";

/** Makes the inspection of one push; one for the session. */
export interface PushInspector {
  /** Costs nothing until something is asked */
  readonly open: (push: PushToInspect) => Promise<PushInquiry>;
}

/** Pushes under way at the same time; the others wait. Each holds all refs of its upstream, of which there may be many. */
const maxPushesUnderWay = 16;

/** Inspects pushes in the host's cache, with the upstream as the session's credential sees it. */
export function openPushInspector(tools: HandlerTools, cache: GitCache): PushInspector {
  const enter = openSemaphore(maxPushesUnderWay);
  return {
    open: async (push) => {
      const stack = new AsyncDisposableStack();
      stack.defer(await enter());
      const upstream = openHostFetch(tools, push, stack.use(tools.openHold()));
      const origin = `${push.authority.scheme}://${toAuthorityText(push.authority)}`;
      const inquiry = stack.use(cache.open({ ...push, origin, upstream }));
      return { ...inquiry, [Symbol.asyncDispose]: () => stack.disposeAsync() };
    },
  };
}
