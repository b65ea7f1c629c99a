import { describe, expect, test } from "vitest";
import { flushPkt, toPkt } from "../../../../src/git/wire/pkt-line.ts";
import {
  encodeCommands,
  type Push,
  readPushRequest,
} from "../../../../src/git/wire/push-request.ts";
import { drain, toNext } from "../../../support/git-pieces.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const header = [
  "certificate version 0.1\n",
  "pusher SHA256:key 1700000000 +0000\n",
  "pushee https://git.example.test/acme/widgets\n",
  "nonce 1700000000-abc\n",
];
const command = `${a} ${b} refs/heads/main\n`;
const signature = ["-----BEGIN SSH SIGNATURE-----\n", "U1NI\n", "-----END SSH SIGNATURE-----\n"];
const end = "push-cert-end\n";

async function readSigned(
  lines: readonly string[],
  options: { readonly capabilities?: string; readonly behind?: readonly string[] } = {},
): Promise<Push> {
  const { capabilities = "report-status", behind = [] } = options;
  const bytes = Buffer.concat([
    toPkt(`push-cert\0${capabilities}`),
    ...lines.map((line) => toPkt(line)),
    flushPkt,
    ...behind.map((line) => toPkt(line)),
    ...(behind.length > 0 ? [flushPkt] : []),
    Buffer.from("PACK1234"),
  ]);
  const request = await readPushRequest(toNext(bytes));
  if (request.kind === "probe") throw new Error("a probe");
  expect(Buffer.concat([request.head, await drain(request.rest)])).toEqual(bytes);
  return request;
}

test("the commands of a signed push are those of its certificate, and can't be changed", async () => {
  const push = await readSigned([...header, "\n", command, ...signature, end]);
  expect(push.commands).toEqual([{ ref: "refs/heads/main", from: a, to: b }]);
  expect(push.certificate).toEqual({ nonce: "1700000000-abc" });
  expect(encodeCommands(push, push.commands)).toBeUndefined();
});

describe("push options", () => {
  const lines = [...header, "push-option ci.skip\n", "\n", command, ...signature, end];
  const capabilities = "report-status push-options";

  test("are read where they are the same in the certificate and behind it", async () => {
    const push = await readSigned(lines, { capabilities, behind: ["ci.skip"] });
    expect(push.pushOptions).toEqual(["ci.skip"]);
  });

  test.each([[["ci.run"]], [["ci.skip", "more"]]])("differ behind it: %j", async (behind) => {
    await expect(readSigned(lines, { capabilities, behind })).rejects.toThrow("options differ");
  });

  test("are missing behind it", async () => {
    await expect(readSigned(lines)).rejects.toThrow("options differ");
  });
});

test.each<[string, readonly string[], string]>([
  [
    "commands outside of it too",
    [...header, "\n", command, ...signature, end, `${a} ${b} refs/heads/x`],
    "one line of text",
  ],
  [
    "a command line behind its end",
    [...header, "\n", command, ...signature, end, command],
    "followed by more commands",
  ],
  ["no end", [...header, "\n", command, ...signature], "doesn't end"],
  ["no signature", [...header, "\n", command, end], "holds 0 signatures"],
  [
    "two signatures, the commands between them being git's",
    [...header, "\n", command, ...signature, `${a} ${b} refs/heads/x\n`, ...signature, end],
    "holds 2 signatures",
  ],
  ["no command", [...header, "\n", ...signature, end], "no command"],
  ["no empty line", [...header, command, ...signature, end], "no empty line"],
  ["another version", ["certificate version 0.2\n", "\n", command, ...signature, end], "begins"],
  ["an empty first line", ["\n", ...header, "\n", command, ...signature, end], "begins"],
  ["two nonces", [...header, "nonce x\n", "\n", command, ...signature, end], "two nonces"],
  ["an unknown header", [...header, "evil x\n", "\n", command, ...signature, end], "header holds"],
  [
    "two lines in a packet",
    [...header, "\n", `${command}${a} ${b} refs/heads/x\n`, ...signature, end],
    "one line of text",
  ],
  ["a NUL", [...header, "\n", `${a} ${b} refs/heads/main\0x\n`, ...signature, end], "one line"],
  [
    "a bad ref",
    [...header, "\n", `${a} ${b} refs/heads/../x\n`, ...signature, end],
    "no name of a ref",
  ],
])("a signed push with %s is refused", async (_, lines, reason) => {
  await expect(readSigned(lines)).rejects.toThrow(reason);
});
