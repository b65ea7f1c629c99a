import { setTimeout as sleep } from "node:timers/promises";
import type { EngineApi, EngineCall } from "./engine-api.ts";
import { attempt, hasStatus } from "./engine-error.ts";
import { toContainerFacts } from "./container-facts.ts";
import type { ContainerFacts, RunningContainer, ContainerEvents } from "./engine.ts";
import { toDockerFacts, toPodmanPath } from "./podman.ts";
import { constants } from "node:os";
import { createInterface } from "node:readline";

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
    inspect: () => attempt("inspect the container", () => inspectContainer(api, container.id)),
    readEvents: () =>
      attempt("read the container's events", () => readContainerEvents(api, container.id)),
    remove: () => removeContainer(api, container.id),
  };
}

/**
 * @param id or name, as it stands in a path
 * @throws Error of the engine
 */
export async function inspectContainer(api: EngineApi, id: string): Promise<ContainerFacts> {
  const path = `/containers/${id}/json`;
  const facts = toContainerFacts(await api.call({ method: "GET", path }));
  if (!api.isPodman) return facts;
  return toDockerFacts(facts, await api.call({ method: "GET", path: toPodmanPath(path) }));
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
      const path = `/containers/${id}`;
      const query = { force: true, v: true };
      if (api.isPodman) await removeFromPodman(api, path, query);
      else await api.call({ method: "DELETE", path, query });
    } catch (error) {
      if (hasStatus(error, 404)) return;
      // 409: the engine is removing it already (AutoRemove)
      if (!hasStatus(error, 409)) throw error;
      await untilGone(api, id, error);
    }
  });
}

/** With what shares its network, which would keep it. */
async function removeFromPodman(
  api: EngineApi,
  path: string,
  query: NonNullable<EngineCall["query"]>,
): Promise<void> {
  const own = { ...query, depend: true };
  await api.call({ method: "DELETE", path: toPodmanPath(path), query: own });
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

/** How long the engine may take, in milliseconds: with another clock than ours it waits for the end of the time */
const timeoutMs = 2000;

interface EventLine {
  readonly Action?: string;
  readonly Actor?: { readonly Attributes?: { readonly signal?: string } };
}

/**
 * Reads what the engine remembers of a container: its last 256 events of all containers, at least.
 * @throws Error of the engine
 */
async function readContainerEvents(api: EngineApi, id: string): Promise<ContainerEvents> {
  const query = {
    since: 0,
    until: (Date.now() / 1000).toFixed(3),
    filters: JSON.stringify({ container: [id], event: ["oom", "kill"] }),
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const body = await api.stream({ method: "GET", path: "/events", query, signal });
  const signals: string[] = [];
  let outOfMemory = false;
  for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const { Action, Actor } = JSON.parse(line) as EventLine;
    if (Action === "oom") outOfMemory = true;
    if (Action === "kill") signals.push(toSignalName(Actor?.Attributes?.signal ?? ""));
  }
  return { outOfMemory, signals };
}

/** Engines give its number. */
function toSignalName(signal: string): string {
  const found = Object.entries(constants.signals).find(([, number]) => String(number) === signal);
  return found?.[0] ?? signal;
}
