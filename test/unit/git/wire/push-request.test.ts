import { expect, test } from "vitest";
import { GitProtocolError } from "../../../../src/git/wire/git-protocol-error.ts";
import { flushPkt, maxPktData, toPkt } from "../../../../src/git/wire/pkt-line.ts";
import {
  encodeCommands,
  type Push,
  readPushRequest,
} from "../../../../src/git/wire/push-request.ts";
import { drain, toNext } from "../../../support/git-pieces.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const zero = "0".repeat(40);
const pack = Buffer.from("PACK\0\0\0\x02 and so on");
const chosen = " report-status-v2 side-band-64k quiet object-format=sha1 agent=git/2.39.5";

/** Lines as packets; `-` is a flush. */
function body(lines: readonly string[], tail: Buffer = pack): Buffer {
  const packets = lines.map((line) => (line === "-" ? flushPkt : toPkt(line)));
  return Buffer.concat([...packets, tail]);
}

async function readPush(bytes: Buffer): Promise<Push> {
  const request = await readPushRequest(toNext(bytes));
  if (request.kind === "probe") throw new Error("a probe");
  return request;
}

test("a push of several refs is read up to its pack, which is left to the byte", async () => {
  const lines = [
    `${zero} ${a} refs/heads/agent/x\0${chosen}`,
    `${a} ${b} refs/heads/main`,
    `${a} ${zero} refs/tags/v1\n`,
    "-",
  ];
  const push = await readPush(body(lines));
  expect(push).toMatchObject({
    commands: [
      { ref: "refs/heads/agent/x", from: zero, to: a },
      { ref: "refs/heads/main", from: a, to: b },
      { ref: "refs/tags/v1", from: a, to: zero },
    ],
    objectFormat: "sha1",
    isAtomic: false,
    sideBand: 65520,
    reportStatus: "v2",
    quiet: true,
    pushOptions: [],
    shallow: [],
    certificate: undefined,
    hasPack: true,
  });
  expect(push.capabilities.get("agent")).toBe("git/2.39.5");
  expect(push.head).toEqual(body(lines, Buffer.alloc(0)));
  expect(await drain(push.rest)).toEqual(pack);
});

test("a body in pieces of one byte is read the same", async () => {
  const bytes = body([`${a} ${b} refs/heads/main\0${chosen}`, "-"]);
  const pieces = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  const push = await readPushRequest(toNext(pieces));
  expect(push.kind === "push" && push.commands).toEqual([
    { ref: "refs/heads/main", from: a, to: b },
  ]);
  expect(push.kind === "push" && (await drain(push.rest))).toEqual(pack);
});

test("a bare flush is git's probe", async () => {
  expect(await readPushRequest(toNext(flushPkt))).toEqual({ kind: "probe" });
  await expect(readPushRequest(toNext(body(["-"])))).rejects.toThrow("followed by more");
});

test("an atomic push with options, from a shallow clone, with SHA-256 ids is understood", async () => {
  const [c, d] = ["c".repeat(64), "d".repeat(64)];
  const push = await readPush(
    body([
      `shallow ${c}`,
      `shallow ${d}\n`,
      `${c} ${d} refs/heads/main\0report-status atomic push-options side-band object-format=sha256`,
      "-",
      "ci.skip",
      "topic=größe",
      "-",
    ]),
  );
  expect(push).toMatchObject({
    objectFormat: "sha256",
    isAtomic: true,
    sideBand: 1000,
    reportStatus: "v1",
    pushOptions: ["ci.skip", "topic=größe"],
    shallow: [c, d],
  });
});

test("a push that deletes only has no pack, and nothing may follow it", async () => {
  const lines = [`${a} ${zero} refs/heads/x\0`, "-"];
  const push = await readPush(body(lines, Buffer.alloc(0)));
  expect(push).toMatchObject({ hasPack: false, sideBand: 0, reportStatus: "none" });
  expect(await push.rest()).toBeUndefined();
  await expect(readPush(body(lines))).rejects.toThrow("followed by more");
});

const main = `${a} ${b} refs/heads/main\0${chosen}`;
test.each<[string, readonly string[], string]>([
  ["no command", [`shallow ${a}`, "-"], "no command"],
  ["an empty packet", ["", "-"], "no update of a ref"],
  ["no flush", [main], "four hex digits"],
  ["the same ref twice", [main, `${a} ${zero} refs/heads/main`, "-"], "twice"],
  ["no change", [`${a} ${a} refs/heads/main`, "-"], "no change"],
  ["a deletion of nothing", [`${zero} ${zero} refs/heads/main`, "-"], "isn't there"],
  ["an upper-case id", [`${"A".repeat(40)} ${b} refs/heads/main`, "-"], "no update of a ref"],
  ["a short id", [`${"a".repeat(39)} ${b} refs/heads/main`, "-"], "no update of a ref"],
  ["a SHA-256 id where SHA-1 is spoken", [`${"a".repeat(64)} ${b} refs/heads/main`, "-"], "sha1"],
  [
    "a SHA-1 id where SHA-256 is spoken",
    [`${a} ${b} refs/heads/main\0object-format=sha256`, "-"],
    "sha256",
  ],
  [
    "ids of both formats",
    [main, `${"a".repeat(64)} ${"b".repeat(64)} refs/heads/x`, "-"],
    "no update of a ref",
  ],
  ["an unknown format", [`${a} ${b} refs/heads/main\0object-format=md5`, "-"], '"md5"'],
  ["a format without a name", [`${a} ${b} refs/heads/main\0object-format`, "-"], "isn't known"],
  ["two spaces", [`${a}  ${b} refs/heads/main`, "-"], "no update of a ref"],
  ["no ref", [`${a} ${b}`, "-"], "no update of a ref"],
  ["an empty ref", [`${a} ${b} `, "-"], "no name of a ref"],
  ["a ref outside refs/", [`${a} ${b} HEAD`, "-"], "no name of a ref"],
  ["a short ref", [`${a} ${b} main`, "-"], "no name of a ref"],
  ["a ref that climbs", [`${a} ${b} refs/heads/../x`, "-"], "no name of a ref"],
  ["a ref like an option", [`${a} ${b} refs/heads/--mirror`, "-"], "no name of a ref"],
  ["a line break before the NUL", [`${a} ${b} refs/heads/main\n\0`, "-"], "can't be printed"],
  ["two line breaks at the end", [`${a} ${b} refs/heads/main\n\n`, "-"], "can't be printed"],
  ["a NUL in a later command", [main, `${a} ${b} refs/heads/x\0atomic`, "-"], "can't be printed"],
  ["a second NUL", [`${a} ${b} refs/heads/main\0a\0b`, "-"], "isn't printable ASCII"],
  ["a tab between capabilities", [`${a} ${b} refs/heads/main\0a\tatomic`, "-"], "printable ASCII"],
  ["shallow behind a command", [main, `shallow ${a}`, "-"], "no update of a ref"],
  ["shallow with capabilities", [`shallow ${a}\0atomic`, main, "-"], "names no sha1"],
  ["shallow with a bad id", ["shallow HEAD", main, "-"], "names no sha1"],
  ["more packets behind the flush", [main, "-", `${a} ${b} refs/heads/x`, "-"], "is no pack"],
  ["options that weren't announced", [main, "-", "ci.skip", "-"], "is no pack"],
  [
    "an option with a line break",
    [`${main} push-options`, "-", "a\nb", "-"],
    "holds a control character",
  ],
  ["an option with a NUL", [`${main} push-options`, "-", "a\0b", "-"], "holds a control character"],
  [
    "too many options",
    [`${main} push-options`, "-", ...Array<string>(65).fill("x"), "-"],
    "more than 64 push options",
  ],
  [
    "too long options",
    [`${main} push-options`, "-", "x".repeat(60_000), "x".repeat(60_000), "-"],
    "too much",
  ],
  [
    "too many commands",
    [...Array.from({ length: 201 }, (_, n) => `${a} ${b} refs/heads/${n}`), "-"],
    "more than 200 commands",
  ],
  [
    "too long a list",
    [...Array<string>(17).fill("x".repeat(maxPktData)), "-"],
    "too much before its pack",
  ],
])("a push with %s is refused", async (_, lines, reason) => {
  const read = readPush(body(lines)).then((push) => drain(push.rest));
  const error = await read.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(GitProtocolError);
  expect((error as Error).message).toContain(reason);
  expect((error as Error).message).toMatch(/^[^\n\0]{1,500}$/);
});

test("a delimiter, bytes that aren't UTF-8 and an early end are refused", async () => {
  const command = toPkt(`${a} ${b} refs/heads/main`);
  const broken = toPkt(Buffer.from(`${a} ${b} refs/heads/\xff`, "latin1"));
  for (const bytes of [
    Buffer.concat([command, Buffer.from("0001"), command, flushPkt, pack]),
    Buffer.concat([command, Buffer.from("0002")]),
    Buffer.concat([broken, flushPkt, pack]),
    command,
    Buffer.alloc(0),
  ]) {
    await expect(readPush(bytes)).rejects.toThrow(GitProtocolError);
  }
  const cut = await readPush(Buffer.concat([command, flushPkt, Buffer.from("PA")]));
  await expect(drain(cut.rest)).rejects.toThrow("before its pack begins");
});

test("the head can be made again with fewer commands, and says the same otherwise", async () => {
  const push = await readPush(
    body([
      `shallow ${a}`,
      `${a} ${b} refs/heads/main\0 report-status push-options atomic`,
      `${zero} ${b} refs/heads/agent/x`,
      "-",
      "one",
      "-",
    ]),
  );
  const kept = push.commands.slice(1);
  const head = encodeCommands(push, kept) as Buffer;
  const again = await readPush(Buffer.concat([head, pack]));
  expect(again).toMatchObject({
    ...push,
    commands: kept,
    head: expect.anything() as unknown,
    rest: expect.anything() as unknown,
  });
  expect(() => encodeCommands(push, [])).toThrow(RangeError);
});
