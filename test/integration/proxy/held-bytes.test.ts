import { compileGitRules } from "../../../src/git/entry/git-rules.ts";
import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { createGithubHandler } from "../../../src/git/forge/github-handler.ts";
import { changeLimits } from "../../support/change-limits.ts";
import { githubRule } from "../../support/github-standin.ts";
import { plainDialer, type ProxyFixture, startProxy } from "../../support/proxy-fixture.ts";
import { startRawUpstream } from "../../support/upstream.ts";

// Room for one body of 200,000 bytes while it's read: 4 bytes of memory each, 100 for each value it might hold, 120 for
// each of 100,000 pieces of a query
changeLimits({ heldBytes: 24_000_000, heldBytesWaitMs: 300 });

const size = 200_000;
const rest = 'query($x:String){repository(owner:"o",name:"n"){name}}';

/** A body that the handler reads and host rules decide. */
function toCall(length: number, more = ""): string {
  const body = JSON.stringify({ query: rest, variables: { x: "a".repeat(length) } }) + more;
  const head = `POST /api/graphql HTTP/1.1\r\nHost: ghe.example\r\nContent-Type: application/json\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

interface World extends AsyncDisposable {
  readonly proxy: ProxyFixture;
}

async function startWorld(answer: (socket: Socket) => void): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startRawUpstream({ onConnection: answer }));
  const git = [githubRule({ scheme: "http", host: "ghe.example", port: 80 })];
  const proxy = stack.use(
    await startProxy({
      rules: ["* http://ghe.example/**"],
      git,
      dialer: plainDialer(upstream.port),
      handlers: (tools) => [createGithubHandler({ policy: compileGitRules(git), tools })],
    }),
  );
  const owned = stack.move();
  return { proxy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function begin(proxy: ProxyFixture, bytes: string): Promise<Socket> {
  const socket = await proxy.connect();
  socket.on("error", () => socket.destroy());
  socket.write(bytes);
  return socket;
}

/** The status of the answer. */
async function ask(proxy: ProxyFixture, bytes: string): Promise<number> {
  const socket = await begin(proxy, bytes);
  const [first] = await once(socket, "data");
  socket.destroy();
  return Number(String(first).slice(9, 12));
}

function answerWhole(socket: Socket): void {
  let seen = 0;
  socket.on("data", (chunk) => {
    seen += chunk.length;
    if (seen > size) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
}

test("a body is held until the upstream took it: the next one waits, and is refused when that takes too long", async () => {
  // An upstream that reads nothing
  await using world = await startWorld((socket) => socket.pause());
  const large = 4_000_000;
  const sent = await Promise.all([1, 2, 3].map(() => begin(world.proxy, toCall(large))));
  const answers = sent.map((socket) => once(socket, "data").then(([data]) => String(data)));
  // Two wait for their upstream, whatever they give back early
  const first = await Promise.race(answers);
  expect(first).toContain("503 ");
  expect(first).toContain("X-Vaultbox-Refusal: limit-exceeded");
  for (const socket of sent) socket.destroy();
});

const endings: readonly (readonly [
  string,
  (socket: Socket) => void,
  (proxy: ProxyFixture) => Promise<void>,
])[] = [
  ["an answer", answerWhole, async (proxy) => void (await ask(proxy, toCall(size)))],
  [
    "an upstream that breaks off",
    (socket) => socket.once("data", () => socket.destroy()),
    async (proxy) => void (await ask(proxy, toCall(size))),
  ],
  [
    "a body that can't be read",
    answerWhole,
    async (proxy) => void (await ask(proxy, toCall(size, "{"))),
  ],
  [
    "a client that ends inside its body",
    answerWhole,
    async (proxy) => {
      const socket = await begin(proxy, toCall(size).slice(0, size / 2));
      socket.end();
      await once(socket.resume(), "close");
    },
  ],
  [
    "a client that ends before its answer",
    (socket) => socket.resume(),
    async (proxy) => {
      const socket = await begin(proxy, toCall(size));
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    },
  ],
];

for (const [name, answer, end] of endings) {
  test(`what is held is given back after ${name}`, async () => {
    let isGood = false;
    await using world = await startWorld((socket) => (isGood ? answerWhole : answer)(socket));
    // Each takes more than half of the room while it's read
    for (let count = 0; count < 4; count += 1) await end(world.proxy);
    isGood = true;
    expect(await ask(world.proxy, toCall(size))).toBe(200);
  });
}
