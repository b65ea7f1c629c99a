// A fault thrown at every place where the proxy calls something that isn't its own: the process lives, the request ends
// in a refusal and one outcome, and the secret stays where it is.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { Secret } from "../../../src/base/redact.ts";
import type { SecretLease, SecretProvider } from "../../../src/credential/secret-provider.ts";
import type { Dialer } from "../../../src/proxy/upstream/dial.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  type ProxyFixtureOptions,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openTunnel, startTls } from "../../support/tls-client.ts";

const host = "api.example.com";
const get = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

interface Fault {
  readonly title: string;
  /** Part of the proxy's world in which `broken()` says whether the fault is on */
  readonly world: (parts: {
    readonly dialer: Dialer;
    readonly reveal: SecretProvider["get"];
    readonly broken: () => boolean;
  }) => Partial<ProxyFixtureOptions> & { readonly reveal?: SecretProvider["get"] };
  readonly transparent?: boolean;
  /** The fault is in the outcome's own record, which is lost then */
  readonly losesOutcome?: boolean;
}

function raise(): never {
  throw new TypeError("planted");
}

function dialFault(title: string, dial: Dialer["dial"]): Fault {
  return {
    title,
    world: ({ dialer, broken }) => ({
      dialer: { dial: (...given) => (broken() ? dial(...given) : dialer.dial(...given)) },
    }),
  };
}

function revealFault(title: string, reveal: () => unknown): Fault {
  return {
    title,
    world: (parts) => ({
      reveal: (context) =>
        parts.broken() ? (reveal() as Promise<SecretLease>) : parts.reveal(context),
    }),
  };
}

const faults: readonly Fault[] = [
  dialFault("the dialer throws", raise),
  dialFault("the dialer rejects", () => Promise.reject(new TypeError("planted"))),
  dialFault("the dialer rejects with no error", () =>
    Promise.reject(undefined as unknown as Error),
  ),
  dialFault("the dialer gives a closed socket", async () => {
    const socket = connect({ port: 1, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    await once(socket, "close");
    return { socket, address: "127.0.0.1" };
  }),
  dialFault("the dialed socket breaks at its first write", async () => {
    const socket = connect({ port: 1, host: "127.0.0.1" });
    return { socket, address: "127.0.0.1" };
  }),
  revealFault("the vault throws", raise),
  revealFault("the vault rejects", () => Promise.reject(new TypeError("planted"))),
  revealFault("the vault gives nothing", () => Promise.resolve(undefined)),
  revealFault("the vault gives a number", () => Promise.resolve(42)),
  revealFault("the vault gives an empty secret", () =>
    Promise.resolve({ secret: new Secret("x", "") }),
  ),
  revealFault("the vault gives a line break", () =>
    Promise.resolve({ secret: new Secret("x", "a\r\nHost: evil") }),
  ),
  {
    title: "the audit throws at a decision",
    world: ({ broken }) => ({ onDecision: () => (broken() ? raise() : Promise.resolve()) }),
    losesOutcome: false,
  },
  {
    title: "the audit rejects a decision",
    world: ({ broken }) => ({
      onDecision: () => (broken() ? Promise.reject(new Error("disk full")) : Promise.resolve()),
    }),
  },
  {
    title: "the audit throws at an outcome",
    world: ({ broken }) => ({ onOutcome: () => (broken() ? raise() : undefined) }),
    losesOutcome: true,
  },
  {
    title: "the CA throws for a tunnel",
    world: ({ broken }) => ({
      wrapCa: (ca) => ({
        ...ca,
        secureContextFor: (name) => (broken() ? raise() : ca.secureContextFor(name)),
      }),
    }),
  },
  {
    title: "the CA throws for a server name",
    transparent: true,
    world: ({ broken }) => ({
      wrapCa: (ca) => ({
        ...ca,
        secureContextFor: (name) => (broken() ? raise() : ca.secureContextFor(name)),
      }),
    }),
  },
];

interface Trial {
  /** What the client got, empty when its connection was closed */
  readonly answer: string;
  readonly decisions: readonly number[];
  readonly outcomes: readonly number[];
  readonly upstreamGotSecret: boolean;
  /** What the client got once the fault was gone */
  readonly after: string;
}

async function attempt(fault: Fault, isOn: boolean): Promise<Trial> {
  await using upstream = await startRecordingUpstream();
  const made = makeCredential({ type: "bearer" }, { host });
  let isBroken = isOn;
  const { reveal, ...world } = fault.world({
    dialer: plainDialer(upstream.port),
    reveal: made.provider.get,
    broken: () => isBroken,
  });
  await using proxy = await startProxy({
    rules: [`* https://${host}`],
    dialer: plainDialer(upstream.port),
    credentials: [{ ...made, provider: { ...made.provider, get: reveal ?? made.provider.get } }],
    ...world,
  });
  const ask = async (): Promise<string> => {
    try {
      const tunnel =
        fault.transparent === true
          ? await startTls(proxy, await proxy.connect(), { host })
          : await openTunnel(proxy, `${host}:443`);
      const answer = await talk(tunnel, get, { until: /\r\n\r\n./s });
      tunnel.destroy();
      return answer;
    } catch {
      // Refused before there was a connection to ask on
      return "";
    }
  };
  const answer = await ask();
  const upstreamGotSecret = upstream.received().includes(made.secret);
  const numbersOf = (type: string): number[] =>
    proxy.events.flatMap((event) =>
      event.type === type && "request" in event ? [event.request] : [],
    );
  const trial = {
    answer,
    decisions: numbersOf("request.decision"),
    outcomes: numbersOf("request.outcome"),
    upstreamGotSecret,
  };
  isBroken = false;
  return { ...trial, after: await ask() };
}

test.each(faults)(
  "a fault at any place that the proxy calls ends one request and nothing else: $title",
  async (fault) => {
    const trial = await attempt(fault, true);
    expect(trial.after, fault.title).toMatch(/^HTTP\/1\.1 200 OK/);
    if (fault.losesOutcome !== true) {
      expect(trial.answer, fault.title).toMatch(/^(?:HTTP\/1\.1 50[23] |$)/);
      expect(trial.upstreamGotSecret, fault.title).toBe(false);
      expect(trial.outcomes, fault.title).toHaveLength(1);
      // A decision that couldn't be written is in no log
      for (const decided of trial.decisions) expect(trial.outcomes, fault.title).toContain(decided);
    }
    expect(trial.answer).not.toContain("planted");
    const control = await attempt(fault, false);
    const isControl = control.answer.startsWith("HTTP/1.1 200 ") && control.upstreamGotSecret;
    recordScore({
      row: 41,
      test: `a fault at any place that the proxy calls: ${fault.title}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isControl ? 1 : 0,
    });
    expect(isControl).toBe(true);
  },
  60_000,
);
