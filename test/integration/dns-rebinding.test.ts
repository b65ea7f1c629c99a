import { connect } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { isDialable } from "../../src/base/address-class.ts";
import { parseAuthority } from "../../src/http/authority.ts";
import type { OpenSocket } from "../../src/proxy/client/connect-address.ts";
import { createDialer, type DialedUpstream } from "../../src/proxy/upstream/dial.ts";
import { Refusal } from "../../src/http/refusal.ts";
import type { Resolve } from "../../src/proxy/upstream/resolve.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { recordScore } from "../support/scoreboard.ts";
import { openShared } from "../support/shared-place.ts";
import { startRawUpstream } from "../support/upstream.ts";

// Public addresses, which a test must never dial: `openOnThisMachine` keeps them here
const open = "93.184.216.34";
const otherOpen = "2606:2800:220:1::1";
const dead = "93.184.216.99";

/** What an attacker's name server answers, first and from then on. */
const cases: readonly { name: string; first: string[]; later: string[]; dials: number }[] = [
  { name: "public first, private from then on", first: [open], later: ["127.0.0.1"], dials: 3 },
  { name: "public A beside a private AAAA", first: [open, "::1"], later: ["::1"], dials: 1 },
  { name: "private AAAA in front of a public A", first: ["::1", open], later: ["::1"], dials: 1 },
  {
    name: "a record whose life ends between two requests",
    first: [open],
    later: [dead, "127.0.0.1"],
    dials: 2,
  },
  { name: "an alias for a private name", first: ["127.0.0.1"], later: ["127.0.0.1"], dials: 1 },
  {
    name: "a mapped private address",
    first: [open, "::ffff:127.0.0.1"],
    later: ["127.0.0.1"],
    dials: 1,
  },
  {
    name: "one private address behind a hundred public ones",
    first: [...Array.from({ length: 100 }, () => dead), "127.0.0.1"],
    later: ["127.0.0.1"],
    dials: 1,
  },
  {
    name: "a dead public address, so that the client asks again",
    first: [dead],
    later: ["127.0.0.1"],
    dials: 1,
  },
  {
    name: "unspecified instead of loopback",
    first: [open, "0.0.0.0"],
    later: ["0.0.0.0"],
    dials: 1,
  },
  {
    name: "two public addresses, then a private one",
    first: [otherOpen, open],
    later: ["::1"],
    dials: 2,
  },
];

describe("a name that changes its mind between check and connection never leads to a private address", () => {
  const servers = openShared(async (stack) => ({
    secret: stack.use(await startRawUpstream({ address: "::" })),
    publicServer: stack.use(await startRawUpstream()),
  }));

  test.each(cases)("$name", async ({ name, first, later, dials }) => {
    const { secret, publicServer } = servers();
    const resolver = createRebindingResolver(first, later);
    const dialled: string[] = [];
    const { dial } = createDialer({
      roots: createUpstreamRoots({ extraCaPem: [] }),
      resolve: resolver.resolve,
      openSocket: openOnThisMachine({ publicPort: publicServer.port, dialled }),
    });
    for (let i = 1; i <= dials; i += 1) {
      const outcome = await attempt(() =>
        dial(parseAuthority(`rebind.example:${secret.port}`, "http")),
      );
      expect(outcome).toMatch(/^(?:connected|address-not-allowed|upstream-unreachable)$/);
      expect(resolver.asked()).toBe(i);
    }
    expect(dialled.filter((address) => !isDialable(address))).toEqual([]);
    expect(secret.connections()).toBe(0);
    const test = `DNS rebinding: ${name}`;
    recordScore({ row: 4, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("but for a client that checks one answer and connects by name (control)", async () => {
    const { secret, publicServer } = servers();
    expect(secret.connections()).toBe(0);
    const reached = await reachNaively(secret.port, publicServer.port);
    expect(secret.connections()).toBe(reached);
    expect(reached).toBeGreaterThanOrEqual(6);
    const test = "DNS rebinding: control";
    recordScore({ row: 4, test, attempts: 0, blocked: 0, controlSucceeded: reached });
  });
});

/** How a connection ended: `connected`, a refusal's reason, or what the refusal shouldn't have said. */
async function attempt(dial: () => Promise<DialedUpstream>): Promise<string> {
  try {
    (await dial()).socket.destroy();
    return "connected";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return /127\.|::1|0\.0\.0\.0/.test(error.message) ? error.message : error.reason;
  }
}

function createRebindingResolver(
  first: string[],
  later: string[],
): { resolve: Resolve; asked: () => number } {
  let asked = 0;
  return { resolve: async () => ((asked += 1) === 1 ? first : later), asked: () => asked };
}

/** Loopback is dialled as it is, `open` at a local listener, and `dead` at a port where nobody listens. */
function openOnThisMachine(options: { publicPort: number; dialled: string[] }): OpenSocket {
  return (address, port) => {
    options.dialled.push(address);
    if (address === open || address === otherOpen)
      return connect({ host: "127.0.0.1", port: options.publicPort });
    if (address === dead) return connect({ host: "127.0.0.1", port: 1 });
    return connect({ host: address, port });
  };
}

/** Control: checks the first address of one answer, then connects by name, so the name is resolved again. */
async function reachNaively(secretPort: number, publicPort: number): Promise<number> {
  let reached = 0;
  for (const { first, later } of cases) {
    const { resolve } = createRebindingResolver(first, later);
    const openSocket = openOnThisMachine({ publicPort, dialled: [] });
    if (!isDialable((await resolve("rebind.example"))[0]!)) continue;
    for (const address of await resolve("rebind.example")) {
      const socket = openSocket(address, secretPort);
      const connected = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (!connected) continue;
      if (address !== open && address !== otherOpen) reached += 1;
      break;
    }
  }
  return reached;
}
