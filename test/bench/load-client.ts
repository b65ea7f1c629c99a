import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import type { Answer, Order } from "./measurement.ts";

/** A process that measures what it's told to, on this machine or in a sandbox: `client-process.ts`. */
export interface LoadClient extends AsyncDisposable {
  /** Resolves when it's there; rejects when it ends instead */
  readonly ready: Promise<void>;
  /** Resolves with an error too: a target that fails is a figure */
  readonly ask: (order: Order) => Promise<Answer>;
}

/** Longest wait for one measurement, ms. */
const measurementTimeoutMs = 60_000;
/** From the end of its input to the end of the process; the rest of a sandbox goes in this time too, ms. */
const endTimeoutMs = 20_000;

/** What the two say to each other: a line of JSON each way. */
export type OrderLine = Order & { readonly id: number };
export type AnswerLine = Answer & { readonly id: number };

/** What a client says first answers no order. */
export const readyId = 0;

/** The client on this machine. */
export function startLoadClient(): LoadClient {
  const script = fileURLToPath(new URL("./client-process.ts", import.meta.url));
  const stdio = ["pipe", "pipe", "inherit"] as const;
  return toLoadClient(spawn(process.execPath, [script], { stdio: [...stdio] }));
}

/** @param child whose input and output are those of a `client-process.ts`; it ends with its input */
export function toLoadClient(child: ChildProcess): LoadClient {
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  const closed = once(child, "close").catch(() => undefined);
  void closed.then(() => {
    ready.reject(new Error("the client ended"));
    for (const settle of waiting.values()) settle({ error: "the client is gone" });
  });
  child.stdin?.on("error", () => undefined);
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { id, ...answer } = JSON.parse(line) as AnswerLine;
      if (id === readyId) ready.resolve();
      waiting.get(id)?.(answer);
    });
  }
  return {
    ready: ready.promise,
    ask: async (order) => {
      const id = ++asked;
      const { promise, resolve } = Promise.withResolvers<Answer>();
      waiting.set(id, resolve);
      const timer = setTimeout(resolve, measurementTimeoutMs, { error: "no figures in time" });
      if (child.exitCode !== null) resolve({ error: "the client is gone" });
      child.stdin?.write(`${JSON.stringify({ id, ...order } satisfies OrderLine)}\n`);
      const answer = await promise;
      clearTimeout(timer);
      waiting.delete(id);
      return answer;
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin?.end();
      const timer = setTimeout(() => child.kill("SIGTERM"), endTimeoutMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
