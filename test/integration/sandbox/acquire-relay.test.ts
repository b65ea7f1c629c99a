import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createSessionId } from "../../../src/base/session-id.ts";
import { acquireRelay } from "../../../src/sandbox/link/acquire-relay.ts";
import { spawnRelay, startRelay, toAttachment, toPort } from "./relay-process.ts";
import { recordScore } from "../../support/scoreboard.ts";

const echo = (socket: Duplex): void => {
  socket.on("error", () => undefined);
  socket.pipe(socket);
};
const proxy = [{ service: "proxy", address: "127.0.0.1", port: 0, required: true }];
const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

/** A relay that nobody has, and sessions that want it. */
async function openIdle(choice: "unix" | "stdio") {
  const stack = new AsyncDisposableStack();
  const id = createSessionId();
  const child = spawnRelay(id);
  const attachment = toAttachment(child);
  stack.defer(() => void child.kill("SIGKILL"));
  const acquire = async (session: string) => {
    const directory = await mkdtemp(join(tmpdir(), "vbl-"));
    stack.defer(() => rm(directory, { recursive: true, force: true }));
    const place = { id, choice, directory, user, mountedAt: directory };
    const client = { session, services: proxy, onStream: (_: string, one: Duplex) => echo(one) };
    const end = acquireRelay(place, client, Promise.resolve(attachment));
    stack.defer(end.close);
    return end.established;
  };
  return { child, acquire, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function echoOf(port: number, word: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  socket.end(word);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, "close");
  return answer;
}

/** How many sockets a process listens on or has open, as the kernel says it. */
async function countSockets({ pid }: ChildProcess): Promise<number> {
  const { readlink } = await import("node:fs/promises");
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all(
    (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => "")),
  );
  return targets.filter((target) => target.startsWith("socket:")).length;
}

test.each(["unix", "stdio"] as const)(
  "a relay that started without a session listens nowhere, and can be acquired later, over the %s link",
  async (choice) => {
    await using idle = await openIdle(choice);
    await sleep(400);
    // Node's pipes to its child are sockets
    const before = await countSockets(idle.child);
    expect(before).toBeLessThanOrEqual(3);
    const link = await idle.acquire(createSessionId());
    expect(await echoOf(toPort(link, "proxy"), "late")).toBe("late");
    expect(await countSockets(idle.child)).toBeGreaterThan(before);
  },
);

test("a relay is acquired once: who comes later is refused, and the first keeps it", async () => {
  await using idle = await openIdle("unix");
  const first = await idle.acquire(createSessionId());
  const others = await Promise.allSettled(
    Array.from({ length: 5 }, () => idle.acquire(createSessionId())),
  );
  const refused = others.filter(
    (one) => one.status === "rejected" && /another session has it/.test(String(one.reason)),
  );
  expect(refused).toHaveLength(5);
  expect(await echoOf(toPort(first, "proxy"), "still mine")).toBe("still mine");
  recordScore({
    row: 40,
    test: "a relay that another session has",
    attempts: others.length,
    blocked: refused.length,
    controlSucceeded: 1,
  });
});

test("of sessions that ask at the same moment one gets the relay", async () => {
  await using idle = await openIdle("unix");
  const all = await Promise.allSettled(
    Array.from({ length: 8 }, () => idle.acquire(createSessionId())),
  );
  const links = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  expect(links).toHaveLength(1);
  const [link] = links;
  expect(link && (await echoOf(toPort(link, "proxy"), "one"))).toBe("one");
});

test.each(["unix", "stdio"] as const)(
  "a relay of another id or version is told nothing but hello, on the %s link",
  async (choice) => {
    const said: string[] = [];
    const start = startRelay({
      choice,
      onConnection: echo,
      saysId: "0".repeat(12),
      changeLine: (line) => {
        said.push(line);
        return line;
      },
    });
    await expect(start).rejects.toMatchObject({
      code: "VBX_LINK_FAILED",
      message: expect.stringContaining("another relay"),
    });
    expect(said).toEqual(['{"session":"hello"}\n']);
  },
);

test("a relay that isn't acquired ends with its input, and with a signal", async () => {
  for (const end of [
    (child: ChildProcess) => child.stdin?.end(),
    (child: ChildProcess) => child.kill("SIGTERM"),
  ]) {
    const child = spawnRelay(createSessionId());
    const exited = once(child, "exit");
    await sleep(200);
    end(child);
    await exited;
    expect(child.signalCode).not.toBe("SIGKILL");
  }
});

test.each([
  ["a request", "GET / HTTP/1.1\r\n\r\n"],
  ["nothing", "{}\n"],
  ["half a line", '{"session":"acquire"}\n'],
  [
    "a short token",
    `{"session":"acquire","by":"x","token":"short","link":"unix","socket":"/s","services":[]}\n`,
  ],
  [
    "a service of no such name",
    `{"session":"acquire","by":"x","token":"${"0".repeat(32)}","link":"stdio","socket":"","services":[{"service":"Proxy","address":"127.0.0.1","port":1}]}\n`,
  ],
  ["no end", "a".repeat(100_000)],
])(
  "a session that says something else than the protocol's lines ends the relay: %s",
  async (_, line) => {
    const child = spawnRelay(createSessionId());
    child.stdin?.on("error", () => undefined);
    child.stdin?.write(line);
    const [status] = (await once(child, "exit")) as [number];
    expect(status).toBe(1);
  },
);
