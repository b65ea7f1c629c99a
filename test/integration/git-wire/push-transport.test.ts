import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAdvertisementRewriter } from "../../../src/git/wire/advertisement-rewriter.ts";
import { toRefusedReport } from "../../../src/git/wire/push-report.ts";
import { type Push, readPushRequest } from "../../../src/git/wire/push-request.ts";
import {
  type Answer,
  readAll,
  reply,
  startGitBackend,
  toReader,
} from "../../support/git-backend.ts";
import { drain, toNext } from "../../support/git-pieces.ts";
import { type GitPlace, makeGitPlace } from "../../support/git-place.ts";
import { makeWorkTree, readRefs } from "./git-work-tree.ts";

/** More than both sockets take while nobody reads. */
const bigBytes = 16 * 1024 * 1024;

/** A commit of the clone with `bytes` in its file `big`. */
async function commitFile(place: GitPlace, bytes: Buffer): Promise<void> {
  await writeFile(join(place.folder, "work", "big"), bytes);
  await place.git(["add", "big"], { cwd: "work" });
  await place.git(["commit", "-q", "-m", "big"], { cwd: "work" });
}

test("a small push is one request of a known length, without Expect and without an encoding", async () => {
  await using place = await makeGitPlace();
  await using server = await startGitBackend(place.folder);
  await makeWorkTree(place, { url: server.url });
  await place.git(["push", "origin", "main"], { cwd: "work" });
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /repo.git/info/refs?service=git-receive-pack",
    "POST /repo.git/git-receive-pack",
  ]);
  const { headers } = server.seen[1]!;
  expect(headers["content-type"]).toBe("application/x-git-receive-pack-request");
  expect(Number(headers["content-length"])).toBeGreaterThan(100);
  expect(headers).not.toHaveProperty("expect");
  expect(headers).not.toHaveProperty("content-encoding");
});

test("a push above http.postBuffer is a probe of four bytes, then a chunked request", async () => {
  await using place = await makeGitPlace();
  const kinds: string[] = [];
  await using server = await startGitBackend(place.folder, async (request, response, ask) => {
    const body = await readAll(request);
    if (request.method === "POST") kinds.push((await readPushRequest(toNext(body))).kind);
    reply(response, await ask(request, body));
  });
  await makeWorkTree(place, { url: server.url });
  await commitFile(place, randomBytes(200_000));
  const args = ["-c", "http.postBuffer=65536", "push", "origin", "main"];
  expect(await place.git(args, { cwd: "work" })).toMatchObject({ status: 0 });
  expect(kinds).toEqual(["probe", "push"]);
  const [probe, push] = server.seen.slice(1);
  expect(probe?.headers["content-length"]).toBe("4");
  expect(push?.headers["transfer-encoding"]).toBe("chunked");
  expect(push?.headers).not.toHaveProperty("expect");
});

/** Refuses before the pack was read; then reads it, or closes. */
function refuseEarly(readsOn: boolean): Answer {
  return async (request, response, ask) => {
    if (request.method === "GET") return reply(response, await ask(request, Buffer.alloc(0)));
    const push = await readPushRequest(toReader(request));
    if (push.kind === "probe") return reply(response, await ask(request, Buffer.from("0000")));
    const refusals = new Map([["refs/heads/main", "not allowed"]]);
    const body = toRefusedReport({ request: push, refusals, lines: ["only agent/*"] });
    const headers = { "content-type": "application/x-git-receive-pack-result" };
    response.writeHead(200, { ...headers, "content-length": body.length });
    response.end(body);
    if (readsOn) await drain(push.rest);
    else response.once("finish", () => request.socket.destroy());
  };
}

test.each([true, false])(
  "a client that is still sending its pack understands an early refusal, as long as the pack is read: %j",
  async (readsOn) => {
    await using place = await makeGitPlace();
    await using server = await startGitBackend(place.folder, refuseEarly(readsOn));
    await makeWorkTree(place, { url: server.url });
    await commitFile(place, randomBytes(bigBytes));
    const pushed = await place.git(["push", "origin", "main"], { cwd: "work" });
    expect(pushed.status).toBe(1);
    // The control: a connection that is closed on the client hides the reason from its user
    const sees = pushed.stderr.includes("! [remote rejected] main -> main (not allowed)");
    expect(sees).toBe(readsOn);
    expect(pushed.stderr.includes("RPC failed")).toBe(!readsOn);
  },
);

test.each([
  ["with no-thin a pack can be read", ["no-thin"]],
  ["without no-thin a pack can't be read", []],
])("%s without the server's objects", async (_, addCapabilities) => {
  await using place = await makeGitPlace();
  const pushes: Push[] = [];
  const packs: Buffer[] = [];
  await using server = await startGitBackend(place.folder, async (request, response, ask) => {
    const body = await readAll(request);
    const answer = await ask(request, body);
    if (request.method === "GET") {
      const rewriter = createAdvertisementRewriter({ addCapabilities });
      const changed = Buffer.concat([rewriter.push(answer.body), rewriter.end()]);
      return reply(response, { ...answer, body: changed });
    }
    const push = await readPushRequest(toNext(body));
    if (push.kind === "push") {
      pushes.push(push);
      packs.push(await drain(push.rest));
    }
    reply(response, answer);
  });
  await makeWorkTree(place, { url: server.url });
  const content = randomBytes(20_000).toString("hex");
  await commitFile(place, Buffer.from(content));
  await place.git(["push", "-q", "origin", "main"], { cwd: "work" });
  await commitFile(place, Buffer.from(`${content} and a line more\n`));
  expect(await place.git(["push", "origin", "main"], { cwd: "work" })).toMatchObject({
    status: 0,
  });
  expect((await readRefs(place)).get("refs/heads/main")).toBe(pushes[1]?.commands[0]?.to);
  await place.git(["init", "-q", "--bare", "alone.git"]);
  const input = packs[1]!;
  const { status, stderr } = await place.git(["index-pack", "--stdin"], {
    cwd: "alone.git",
    input,
  });
  expect(status === 0).toBe(addCapabilities.length > 0);
  if (status !== 0) expect(stderr).toContain("unresolved delta");
});
