import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { EngineApi } from "./engine-api.ts";
import type { ContainerEvents } from "./engine.ts";

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
export async function readContainerEvents(api: EngineApi, id: string): Promise<ContainerEvents> {
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
