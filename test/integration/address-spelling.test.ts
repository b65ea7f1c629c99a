import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { classifyAddress } from "../../src/base/address-class.ts";
import { parseAuthority, parseServerName, type Authority } from "../../src/http/authority.ts";
import { createDialer } from "../../src/proxy/upstream/dial.ts";
import { Refusal } from "../../src/http/refusal.ts";
import { parseTarget } from "../../src/http/target.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { recordScore } from "../support/scoreboard.ts";
import { startRawUpstream } from "../support/upstream.ts";

/** Spellings of loopback, private, link-local, shared and metadata addresses, as they'd stand in an authority. */
const spellings: readonly string[] = [
  [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
  ],
  [
    "0177.1",
    "127.0.0.01",
    "127.0.0.0x1",
    "0",
    "0.0.0.0",
    "0x0",
    "127.0.0.1.",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
  ],
  ["127。0。0。1", "localhost", "LOCALHOST.", "ⓛocalhost", "ｌocalhost"],
  ["[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"],
  [
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "[fd00:ec2::254]",
    "[fc00::1]",
    "[fe80::1]",
  ],
  ["10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "0xa9fea9fe"],
].flat();

/** Answers of a resolver for a harmless name. */
const answers: readonly string[] = [
  [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.31.0.1",
    "192.168.0.1",
    "100.127.0.1",
  ],
  [
    "169.254.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "224.0.0.1",
  ],
  [
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "0.1.2.3",
    "::",
    "::1",
    "::ffff:127.0.0.1",
  ],
  ["::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"],
  [
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:808:808::80ff:fffe",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "fc00::1",
  ],
  [
    "fd00:ec2::254",
    "fd20:ce::254",
    "ff02::1",
    "2001:db8::1",
    "100::1",
    "4000::1",
    "127.1",
    "0x7f.1",
  ],
].flat();

test("no spelling of an address that isn't public is dialled, in an authority or in a resolver's answer", async () => {
  await using listener = await startRawUpstream({ address: "0.0.0.0" });
  const { port } = listener;
  const places: Record<string, (text: string) => Authority> = {
    "CONNECT target": (text) =>
      parseAuthority(parseTarget("CONNECT", `${text}:${port}`).authorityText!, "http"),
    "Host header": (text) => parseAuthority(`${text}:${port}`, "http", 80),
    "absolute target": (text) =>
      parseAuthority(parseTarget("GET", `http://${text}:${port}/`).authorityText!, "http", 80),
    "server name": (text) => ({ scheme: "http", host: parseServerName(text), port, kind: "name" }),
  };
  const attempts = [
    ...Object.entries(places).flatMap(([place, parse]) =>
      spellings.map((text) => ({ place, text, parse: () => parse(text), answer: undefined })),
    ),
    ...answers.map((answer) => ({
      place: "resolver",
      text: answer,
      parse: () => parseAuthority(`a.example:${port}`, "http", 80),
      answer,
    })),
  ];
  const roots = createUpstreamRoots({ extraCaPem: [] });
  const passed: string[] = [];
  for (const { place, text, parse, answer } of attempts) {
    const { dial } = createDialer({
      roots,
      ...(answer !== undefined && { resolve: async () => [answer] }),
    });
    try {
      const { socket } = await dial(parse());
      socket.destroy();
      passed.push(`${place}: ${text}`);
    } catch (error) {
      const refused =
        error instanceof Refusal &&
        (error.status === 400 || error.reason === "address-not-allowed");
      if (!refused) passed.push(`${place}: ${text}: ${String(error)}`);
    }
  }
  expect(passed).toEqual([]);
  expect(listener.connections()).toBe(0);
  expect(spellings.length).toBeGreaterThanOrEqual(41);

  const reached = await reachNaively(port);
  expect(reached.length).toBeGreaterThanOrEqual(12);
  expect(listener.connections()).toBe(reached.length);
  recordScore({
    row: 3,
    test: "address spellings",
    attempts: attempts.length,
    blocked: attempts.length - passed.length,
    controlSucceeded: reached.length,
  });
});

/** Control: the usual guard, `net.isIP` and the name `localhost`, in front of node's own resolver. */
async function reachNaively(port: number): Promise<readonly string[]> {
  const reached: string[] = [];
  for (const text of spellings) {
    if (isIP(text.replaceAll(/^\[|\]$/g, "")) !== 0 || text === "localhost" || text.startsWith("["))
      continue;
    const found = await lookup(text, { family: 4 }).catch(() => undefined);
    // Only this machine's own addresses are dialled in a test
    if (
      found === undefined ||
      !["loopback", "unspecified"].includes(classifyAddress(found.address))
    )
      continue;
    const socket = connect({ host: found.address, port });
    await once(socket, "connect");
    socket.destroy();
    reached.push(text);
  }
  return reached;
}
