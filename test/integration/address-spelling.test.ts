import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { classifyAddress } from "../../src/base/address-class.ts";
import { parseAuthority, parseServerName, type Authority } from "../../src/http/authority.ts";
import { createDialer } from "../../src/proxy/upstream/dial.ts";
import { Refusal } from "../../src/http/refusal.ts";
import { parseTarget } from "../../src/http/target.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { recordScore } from "../support/scoreboard.ts";
import { startRawUpstream } from "../support/upstream.ts";
import { openShared } from "../support/shared-place.ts";

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

type ToAuthority = (text: string, port: number) => Authority;

const places: Readonly<Record<string, ToAuthority>> = {
  "CONNECT target": (text, port) =>
    parseAuthority(parseTarget("CONNECT", `${text}:${port}`).authorityText!, "http"),
  "Host header": (text, port) => parseAuthority(`${text}:${port}`, "http", 80),
  "absolute target": (text, port) =>
    parseAuthority(parseTarget("GET", `http://${text}:${port}/`).authorityText!, "http", 80),
  "server name": (text, port) => ({
    scheme: "http",
    host: parseServerName(text),
    port,
    kind: "name",
  }),
  "resolver's answer": (_, port) => parseAuthority(`a.example:${port}`, "http", 80),
};

describe("no spelling of an address that isn't public is dialled", () => {
  const listener = openShared(async (stack) =>
    stack.use(await startRawUpstream({ address: "0.0.0.0" })),
  );

  test.each(
    Object.keys(places).flatMap((place) =>
      (place === "resolver's answer" ? answers : spellings).map((text) => [place, text] as const),
    ),
  )("in a %s: %s", async (place, text) => {
    const { dial } = createDialer({
      roots: createUpstreamRoots({ extraCaPem: [] }),
      ...(place === "resolver's answer" && { resolve: async () => [text] }),
    });
    const dialling = (async () => dial(places[place]!(text, listener().port)))();
    const error: unknown = await dialling.then(
      ({ socket }) => socket.destroy(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Refusal);
    const { status, reason } = error as Refusal;
    expect(status === 400 || reason === "address-not-allowed", reason).toBe(true);
    expect(listener().connections()).toBe(0);
    const test = `address spellings: ${place}, ${text}`;
    recordScore({ row: 3, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("but by the usual guard in front of node's own resolver (control)", async () => {
    expect(spellings.length).toBeGreaterThanOrEqual(41);
    const reached = await reachNaively(listener().port);
    expect(reached.length).toBeGreaterThanOrEqual(12);
    expect(listener().connections()).toBe(reached.length);
    const controlSucceeded = reached.length;
    const test = "address spellings: control";
    recordScore({ row: 3, test, attempts: 0, blocked: 0, controlSucceeded });
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
