import { execFile as execFileWithCallback } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { startProgram, startScript } from "./child-process.ts";
import type { TargetAddress } from "./load-connection.ts";
import { installPeers } from "./install-peers.ts";
import { startMitmproxy } from "./peers/mitmproxy.ts";
import { startSquid } from "./peers/squid.ts";
import type { BenchPlace, RunningTarget } from "./place.ts";

const execFile = promisify(execFileWithCallback);
const ownCheckout = resolve(import.meta.dirname, "../..");

async function startTunnel(): Promise<RunningTarget> {
  const child = await startScript("./peers/tunnel.ts", []);
  return { name: "tunnel", address: { kind: "proxy", port: child.port }, ca: "", child };
}

async function startNpmPeer(name: string, place: BenchPlace): Promise<RunningTarget> {
  const peers = await installPeers();
  const caOut = `${place.folder}/${name}-ca.pem`;
  const child = await startScript(`./peers/${name}.ts`, [peers, place.upstreamCaPath, caOut], {
    NODE_EXTRA_CA_CERTS: place.upstreamCaPath,
  });
  const ca = await readFile(caOut, "utf8");
  return { name, address: { kind: "proxy", port: child.port }, ca, child };
}

/** Puts a credential for all hosts of the bench into a vault: a request that gets one is what the proxy is for. */
async function addCredential(
  vaultbox: string,
  port: number,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const where = ["--host", "*.bench.test", "--port", String(port)];
  const how = ["--header", "x-inject", "--env", "BENCH"];
  const adding = execFile(
    process.execPath,
    [vaultbox, "credential", "add", "bench", ...where, ...how],
    { env },
  );
  adding.child.stdin?.end("bench-secret-0123456789");
  await adding;
}

/** @param checkout whose build is measured */
async function startVaultbox(
  place: BenchPlace,
  name: string,
  checkout: string,
): Promise<RunningTarget> {
  const socketPath = `${place.folder}/${name}.sock`;
  const caOut = `${place.folder}/${name}-ca.pem`;
  const vaultbox = resolve(checkout, "bin/vaultbox.js");
  const env = { ...process.env, VAULTBOX_HOME: `${place.folder}/${name}-home` };
  await access(resolve(checkout, "dist/main.js"));
  if (place.hasCredential) await addCredential(vaultbox, place.upstreamPort, env);
  const address: TargetAddress = { kind: "proxy", socketPath };
  const child = await startProgram(
    process.execPath,
    [
      vaultbox,
      "proxy",
      "--socket",
      socketPath,
      "--ca-out",
      caOut,
      "--allow",
      `GET,POST https://*.bench.test:${place.upstreamPort}/**`,
      "--connect-to",
      "::127.0.0.1:",
      "--upstream-ca",
      place.upstreamCaPath,
    ],
    { address, env },
  );
  return { name, address, ca: await readFile(caOut, "utf8"), child };
}

function startDirect(place: BenchPlace): Promise<RunningTarget> {
  const address: TargetAddress = { kind: "direct", port: place.upstreamPort };
  return Promise.resolve({ name: "direct", address, ca: "", child: undefined });
}

/** In the order of the table; `undefined` means that what it needs isn't installed. */
export const targets: Readonly<
  Record<string, (place: BenchPlace) => Promise<RunningTarget | undefined>>
> = {
  direct: startDirect,
  tunnel: startTunnel,
  vaultbox: (place) => startVaultbox(place, "vaultbox", ownCheckout),
  before: (place) =>
    place.before === undefined
      ? Promise.resolve(undefined)
      : startVaultbox(place, "before", place.before),
  squid: startSquid,
  mockttp: (place) => startNpmPeer("mockttp", place),
  "http-mitm-proxy": (place) => startNpmPeer("http-mitm-proxy", place),
  mitmproxy: startMitmproxy,
};
