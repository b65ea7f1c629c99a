import type { EngineApi } from "./engine-api.ts";
import { fieldsOf, number, parseJson } from "../base/shape.ts";
import { toEngineError } from "./engine-error.ts";

/** How long the engine may take to say that it watches, in milliseconds; some engines say nothing until the exit */
const registeredTimeoutMs = 2000;

/** A container's exit, watched from before its start. */
export interface ExitWatch {
  readonly exit: Promise<number>;
  /** For a container that did not start */
  readonly cancel: () => void;
}

/** Asks the engine to tell of the next exit, and returns once the engine has confirmed that it watches. */
export async function watchExit(api: EngineApi, id: string): Promise<ExitWatch> {
  const abort = new AbortController();
  const opened = api.stream({
    method: "POST",
    path: `/containers/${id}/wait`,
    query: { condition: "next-exit" },
    signal: abort.signal,
    waits: true,
  });
  const exit = opened.then(readExitStatus).catch((error: unknown) => {
    throw toEngineError("wait for the container", error);
  });
  // Whoever never waits must not end the process when the engine goes away
  exit.catch(() => undefined);
  await firstOf(opened, registeredTimeoutMs);
  return { exit, cancel: () => abort.abort() };
}

/** The status of a container that has ended or will end. */
export async function waitForStop(api: EngineApi, id: string): Promise<number> {
  const call = { method: "POST", path: `/containers/${id}/wait`, waits: true } as const;
  try {
    return await readExitStatus(await api.stream(call));
  } catch (error) {
    throw toEngineError("wait for the container", error);
  }
}

const waitAnswer = fieldsOf<{ readonly StatusCode: number }>({ StatusCode: number });

async function readExitStatus(body: NodeJS.ReadableStream): Promise<number> {
  let text = "";
  for await (const chunk of body) text += String(chunk);
  const answer = parseJson(text, waitAnswer);
  if (answer !== undefined) return answer.StatusCode;
  throw new Error("the engine closed the connection before the container's exit");
}

async function firstOf(opened: Promise<unknown>, timeoutMs: number): Promise<void> {
  const abort = new AbortController();
  const { setTimeout: sleep } = await import("node:timers/promises");
  const late = sleep(timeoutMs, undefined, { signal: abort.signal }).catch(() => undefined);
  await Promise.race([opened.catch(() => undefined), late]);
  abort.abort();
}
