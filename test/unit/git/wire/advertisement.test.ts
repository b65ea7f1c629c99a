import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAdvertisement } from "../../../../src/git/wire/advertisement.ts";
import { createAdvertisementRewriter } from "../../../../src/git/wire/advertisement-rewriter.ts";
import { GitProtocolError } from "../../../../src/git/wire/git-protocol-error.ts";
import { flushPkt, toPkt } from "../../../../src/git/wire/pkt-line.ts";
import { toNext, toPieces } from "../../../support/git-pieces.ts";

const [a, b, c] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)];
const zero = "0".repeat(40);
const service = Buffer.concat([toPkt("# service=git-receive-pack\n"), flushPkt]);
const chosen = "report-status atomic agent=git/2.39.5";

function packets(...lines: readonly string[]): Buffer {
  return Buffer.concat([service, ...lines.map((line) => toPkt(line)), flushPkt]);
}

function rewrite(
  bytes: Buffer,
  cuts: readonly number[] = [],
  dropCapabilities: readonly string[] = [],
): Buffer {
  const rewriter = createAdvertisementRewriter({ addCapabilities: ["no-thin"], dropCapabilities });
  const out = toPieces(bytes, cuts).map((piece) => rewriter.push(piece));
  return Buffer.concat([...out, rewriter.end()]);
}

test("refs, peeled tags, other ids and shallow commits are told apart", async () => {
  const bytes = packets(
    `${a} HEAD\0${chosen} symref=HEAD:refs/heads/main\n`,
    `${a} refs/heads/main\n`,
    `${b} refs/tags/v1\n`,
    `${c} refs/tags/v1^{}\n`,
    `${c} .have\n`,
    `shallow ${b}\n`,
  );
  const pieces = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  const found = await parseAdvertisement(toNext(pieces));
  expect(found).toMatchObject({ version: 0, others: [c], shallow: [b], objectFormat: "sha1" });
  expect([...found.refs]).toEqual([
    ["HEAD", a],
    ["refs/heads/main", a],
    ["refs/tags/v1", b],
  ]);
  expect([...found.peeled]).toEqual([["refs/tags/v1", c]]);
  expect(found.capabilities.get("agent")).toBe("git/2.39.5");
});

test("a server of version 2 that lists capabilities without an end is refused", async () => {
  const list = (count: number) =>
    packets("version 2\n", ...Array.from({ length: count }, (_, index) => `c${index}\n`));
  expect((await parseAdvertisement(toNext([list(1000)]))).capabilities.size).toBe(1000);
  await expect(parseAdvertisement(toNext([list(1001)]))).rejects.toThrow(
    "the server lists more than 1000 capabilities",
  );
});

test.each([1, 7, 1000])(
  "commits of other repositories are left out where asked for, whatever the pieces: %j",
  (size) => {
    const refs = [`${a} refs/heads/main\0${chosen}\n`, `${b} refs/heads/x\n`];
    const bytes = packets(refs[0]!, `${c} .have\n`, refs[1]!, `${a} .have\n`);
    const only = packets(`${c} .have\0${chosen}\n`, `${a} .have\n`);
    const run = (input: Buffer, dropOthers: boolean, size: number): string => {
      const rewriter = createAdvertisementRewriter({ addCapabilities: [], dropOthers });
      const out: Buffer[] = [];
      for (let at = 0; at < input.length; at += size) {
        out.push(rewriter.push(input.subarray(at, at + size)));
      }
      return Buffer.concat([...out, rewriter.end()]).toString("latin1");
    };

    expect(run(bytes, true, size)).toBe(packets(refs[0]!, refs[1]!).toString("latin1"));
    expect(run(bytes, false, size)).toBe(bytes.toString("latin1"));
    expect(run(only, true, size)).toBe(
      packets(`${zero} capabilities^{}\0${chosen}\n`).toString("latin1"),
    );
  },
);

test("an empty repository has no refs, and its capabilities are known", async () => {
  const found = await parseAdvertisement(
    toNext(packets(`${"0".repeat(64)} capabilities^{}\0atomic object-format=sha256`)),
  );
  expect(found).toMatchObject({ version: 0, objectFormat: "sha256" });
  expect([...found.refs, ...found.peeled]).toEqual([]);
  expect(found.capabilities.has("atomic")).toBe(true);
});

test("versions 1 and 2 are recognised, with and without the service's name", async () => {
  const first = await parseAdvertisement(
    toNext(packets("version 1\n", `${a} refs/heads/main\0${chosen}`)),
  );
  expect(first.version).toBe(1);
  expect(first.refs.get("refs/heads/main")).toBe(a);
  const lines = ["version 2\n", "agent=x\n", "ls-refs=unborn\n", "object-format=sha256\n"];
  const bare = packets(...lines).subarray(service.length);
  for (const bytes of [packets(...lines), bare]) {
    const second = await parseAdvertisement(toNext(bytes));
    expect(second).toMatchObject({ version: 2, objectFormat: "sha256" });
    expect(second.capabilities.get("ls-refs")).toBe("unborn");
  }
});

test("names that aren't UTF-8 are left out, the rest is read", async () => {
  const odd = toPkt(Buffer.from(`${b} refs/heads/\xff\n`, "latin1"));
  const bytes = Buffer.concat([toPkt(`${a} refs/heads/main\0\n`), odd, flushPkt]);
  expect([...(await parseAdvertisement(toNext(bytes))).refs.keys()]).toEqual(["refs/heads/main"]);
});

test.each<[string, Buffer, string]>([
  ["a page of HTML", Buffer.from("<html>not found</html>"), "four hex digits"],
  ["the answer of a plain file server", Buffer.from(`${a}\trefs/heads/main\n`), "inside a packet"],
  ["an error", packets("ERR access \u001b[31mdenied\n"), "the server says: access \\x1b[31mdenied"],
  ["another format's id", packets(`${"a".repeat(64)} refs/heads/main\0`), "no sha1 id"],
  ["an unknown format", packets(`${a} refs/heads/main\0object-format=md5`), '"md5"'],
  ["an early end", packets(`${a} refs/heads/main\0`).subarray(0, -4), "ends too early"],
  ["a delimiter", Buffer.from("0001"), "delim"],
])("%s is refused", async (_, bytes, reason) => {
  const read = parseAdvertisement(toNext(bytes));
  await expect(read).rejects.toThrow(GitProtocolError);
  await expect(read).rejects.toThrow(reason);
});

test("more bytes than the limit are refused", async () => {
  const bytes = packets(`${a} refs/heads/main\0`, ...Array<string>(50).fill(`${b} refs/heads/x`));
  await expect(parseAdvertisement(toNext(bytes), { maxBytes: 1000 })).rejects.toThrow("1000 bytes");
});

test("a capability is added to the first ref, and the rest passes byte for byte in any pieces", () => {
  const behind = Buffer.concat([toPkt(`${b} refs/heads/x\n`), Buffer.from("00FF or whatever")]);
  const build = (list: string): Buffer =>
    Buffer.concat([service, toPkt(`${a} refs/heads/main\0${list}\n`), behind]);
  fc.assert(
    fc.property(fc.array(fc.nat(60), { maxLength: 60 }), (cuts) => {
      expect(rewrite(build(chosen), cuts)).toEqual(build(`${chosen} no-thin`));
    }),
    { numRuns: 500 },
  );
});

test("capabilities are dropped by name, and none is listed twice", () => {
  const bytes = packets(`${a} refs/heads/main\0no-thin push-cert=123 push-options`);
  expect(rewrite(bytes, [], ["push-cert", "atomic"])).toEqual(
    packets(`${a} refs/heads/main\0no-thin push-options`),
  );
});

test("an empty repository, version 1 and a list without capabilities are rewritten as well", () => {
  expect(rewrite(packets(`${zero} capabilities^{}\0${chosen}\n`))).toEqual(
    packets(`${zero} capabilities^{}\0${chosen} no-thin\n`),
  );
  expect(rewrite(packets("version 1\n", `${a} refs/heads/main\0${chosen}`))).toEqual(
    packets("version 1\n", `${a} refs/heads/main\0${chosen} no-thin`),
  );
  expect(rewrite(packets(`${a} refs/heads/main\n`))).toEqual(
    packets(`${a} refs/heads/main\0no-thin\n`),
  );
});

test.each([
  ["version 2", packets("version 2\n", "agent=x\n")],
  ["an error", packets("ERR no such repository\n")],
  ["no ref at all", service],
])("an answer with %s passes unchanged", (_, bytes) => {
  expect(rewrite(bytes)).toEqual(bytes);
});

test("a list that isn't one, or is cut inside its first ref, breaks the answer off", () => {
  expect(() => rewrite(Buffer.from("<html>"))).toThrow(GitProtocolError);
  expect(() => rewrite(packets(`${a} refs/heads/main\0x`).subarray(0, 60))).toThrow("inside");
  const full = packets(`${a} refs/heads/main\0${"x".repeat(65_458)}`);
  expect(() => rewrite(full)).toThrow("too many capabilities");
});

test("a list of many megabytes passes in pieces without being kept", () => {
  const rewriter = createAdvertisementRewriter({ addCapabilities: ["no-thin"] });
  rewriter.push(packets(`${a} refs/heads/main\0${chosen}\n`).subarray(0, -4));
  const piece = toPkt(`${b} refs/heads/${"x".repeat(60_000)}\n`);
  for (let count = 0; count < 200; count += 1) expect(rewriter.push(piece)).toBe(piece);
});
