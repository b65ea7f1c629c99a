import { expect, test } from "vitest";
import { delimPkt, flushPkt, toPkt } from "../../../../src/git/wire/pkt-line.ts";
import { parseAuthority } from "../../../../src/http/authority.ts";
import { HeldBytes } from "../../../../src/proxy/egress/held-bytes.ts";
import type { HandlerTools, OwnRequest } from "../../../../src/http/handler.ts";
import { openHostFetch } from "../../../../src/git/push/own-fetch.ts";

const one = "1".repeat(40);
const two = "2".repeat(40);

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: Buffer;
}

const pushRefs: Answer = {
  type: "application/x-git-receive-pack-advertisement",
  body: Buffer.concat([
    toPkt("# service=git-receive-pack\n"),
    flushPkt,
    toPkt(`${one} refs/heads/main\0report-status object-format=sha1\n`),
    toPkt(`${two} .have\n`),
    flushPkt,
  ]),
};

function fetchOffer(...lines: string[]): Answer {
  return {
    type: "application/x-git-upload-pack-advertisement",
    body: Buffer.concat([
      toPkt("# service=git-upload-pack\n"),
      flushPkt,
      toPkt("version 2\n"),
      ...lines.map((line) => toPkt(`${line}\n`)),
      flushPkt,
    ]),
  };
}

/** Lines as packets, other bytes as they are. */
function packAnswer(...packets: readonly (string | Buffer)[]): Answer {
  const body = Buffer.concat(
    packets.map((packet) => (typeof packet === "string" ? toPkt(packet) : packet)),
  );
  return { type: "application/x-git-upload-pack-result", body };
}

test("the refs are the ones for a push, without what the server has besides", async () => {
  const { fetch } = open([pushRefs]);
  expect(await fetch.refs()).toEqual(new Map([["refs/heads/main", one]]));
});

test("a history is asked for in one request, with the filter when there is one", async () => {
  const { fetch, requests } = open(
    [
      fetchOffer("fetch=shallow filter", "object-format=sha1"),
      packAnswer("packfile\n", "\x02a word\n", "\x01PA", "\x01CK"),
    ],
    flushPkt,
  );
  await using pack = await fetch.fetchHistory({ wants: [one], haves: [two] });
  expect(await readAll(pack.next)).toBe("PACK");
  const body = requests[1]!.body!.toString("latin1");
  expect(body).toContain(`want ${one}\n`);
  expect(body).toContain(`have ${two}\n`);
  expect(body).toContain("filter tree:0\n");
  expect(body).not.toContain("deepen");
  expect(requests.every(({ check, rule }) => check === "push" && rule === "the rule")).toBe(true);
});

test("trees are asked for without ancestors and without blobs", async () => {
  const { fetch, requests } = open(
    [
      fetchOffer("fetch=shallow filter"),
      packAnswer("shallow-info\n", `shallow ${one}\n`, delimPkt, "packfile\n", "\x01PACK"),
    ],
    flushPkt,
  );
  await using pack = await fetch.fetchTrees([one]);
  expect(await readAll(pack.next)).toBe("PACK");
  const body = requests[1]!.body!.toString("latin1");
  expect(body).toContain("deepen 1\n");
  expect(body).toContain("filter blob:none\n");
});

const unusable: Readonly<Record<string, readonly [Answer, string]>> = {
  "a redirect": [{ status: 302, body: Buffer.alloc(0) }, "it answered 302"],
  "a login page": [{ type: "text/html", body: Buffer.from("<html>") }, "its answer isn't git's"],
  nothing: [{ ...pushRefs, body: Buffer.alloc(0) }, "ends too early"],
  "half a list": [{ ...pushRefs, body: pushRefs.body.subarray(0, 60) }, "ends"],
  "an error": [{ ...pushRefs, body: toPkt("ERR no such repository\n") }, "no such repository"],
  "another object format": [
    {
      ...pushRefs,
      body: Buffer.concat([
        toPkt(`${"3".repeat(64)} refs/heads/main\0object-format=sha256\n`),
        flushPkt,
      ]),
    },
    "it has sha256 objects",
  ],
};

for (const [name, [answer, why]] of Object.entries(unusable)) {
  test(`an upstream that answers with ${name} refuses the push`, async () => {
    const { fetch } = open([answer]);
    await expect(fetch.refs()).rejects.toMatchObject({
      status: 502,
      reason: "upstream-invalid",
      message: expect.stringContaining(why) as string,
    });
  });
}

test.each([
  [["packfile\n", "\x01PACK"], "breaks off"],
  [["packfile\n", "\x01PACK", "\x03out of memory\n"], "out of memory"],
  [["ERR not our ref\n"], "not our ref"],
  [["something else\n"], "a section"],
] as const)(
  "a pack that breaks off, or that the server gives up, is never taken for whole: %j",
  async (packets, why) => {
    const { fetch } = open([fetchOffer("fetch=shallow"), packAnswer(...packets)]);
    const read = async (): Promise<string> => {
      await using pack = await fetch.fetchHistory({ wants: [one], haves: [] });
      return await readAll(pack.next);
    };
    await expect(read()).rejects.toThrow(why);
  },
);

test("without shallow fetches, the trees of one commit can't be read, and that is said", async () => {
  const { fetch } = open([fetchOffer("fetch=filter")]);
  await expect(fetch.fetchTrees([one])).rejects.toThrow("at a depth");
});

function open(answers: readonly Answer[], tail: Buffer = Buffer.alloc(0)) {
  const requests: OwnRequest[] = [];
  const held = new HeldBytes();
  const tools: HandlerTools = {
    openHold: () => held.open(),
    send: (request) => {
      const answer = answers[requests.length]!;
      requests.push(request);
      const isPack = request.method === "POST";
      const pieces = [answer.body, ...(isPack && tail.length > 0 ? [tail] : [])];
      return Promise.resolve({
        head: {
          status: answer.status ?? 200,
          version: "1.1",
          headers: [["Content-Type", answer.type ?? "text/plain"]],
          keepAlive: true,
        },
        next: () => Promise.resolve(pieces.shift()),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
  const push = {
    authority: parseAuthority("git.example.com", "https", 443),
    path: "/acme/widgets.git",
    repository: "acme/widgets",
    rule: "the rule",
    objectFormat: "sha1",
    maxPackBytes: 1000,
    checksObjects: true,
  } as const;
  return { fetch: openHostFetch(tools, push, held.open()), requests };
}

async function readAll(next: () => Promise<Buffer | undefined>): Promise<string> {
  let text = "";
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    text += piece.toString("latin1");
  }
  return text;
}
