import { setTimeout as sleep } from "node:timers/promises";
import type { EngineApi } from "./engine-api.ts";
import { attempt, hasStatus } from "./engine-error.ts";
import { toContainerFacts } from "./container-facts.ts";
import type { RunningContainer } from "./engine.ts";

/** How long a removal that somebody else started may take, in milliseconds */
const removalTimeoutMs = 15_000;
const removalPollMs = 10;

/** Handle of a container that was started, by us or earlier. */
export function toRunningContainer(
  api: EngineApi,
  container: { readonly id: string; readonly name: string },
  wait: () => Promise<number>,
): RunningContainer {
  const path = `/containers/${container.id}`;
  return {
    ...container,
    wait,
    kill: (signal) => killContainer(api, path, signal),
    resize: ({ columns, rows }) =>
      attempt("resize the terminal", async () => {
        await api.call({ method: "POST", path: `${path}/resize`, query: { h: rows, w: columns } });
      }),
    inspect: () =>
      attempt("inspect the container", async () =>
        toContainerFacts(await api.call({ method: "GET", path: `${path}/json` })),
      ),
    remove: () => removeContainer(api, container.id),
  };
}

/** A container that isn't there or doesn't run any more needs no signal. */
async function killContainer(api: EngineApi, path: string, signal: string): Promise<void> {
  await attempt("signal the container", async () => {
    try {
      await api.call({ method: "POST", path: `${path}/kill`, query: { signal } });
    } catch (error) {
      if (!hasStatus(error, 404, 409)) throw error;
    }
  });
}

/** When it returns, the container and its anonymous volumes are gone, whoever removed them. */
export async function removeContainer(api: EngineApi, id: string): Promise<void> {
  await attempt("remove the container", async () => {
    try {
      await api.call({
        method: "DELETE",
        path: `/containers/${id}`,
        query: { force: true, v: true },
      });
    } catch (error) {
      if (hasStatus(error, 404)) return;
      // 409: the engine is removing it already (AutoRemove)
      if (!hasStatus(error, 409)) throw error;
      await untilGone(api, id, error);
    }
  });
}

async function untilGone(api: EngineApi, id: string, reason: unknown): Promise<void> {
  const deadline = performance.now() + removalTimeoutMs;
  while (performance.now() < deadline) {
    try {
      await api.call({ method: "GET", path: `/containers/${id}/json` });
    } catch (error) {
      if (hasStatus(error, 404)) return;
      throw error;
    }
    await sleep(removalPollMs);
  }
  throw reason;
}
