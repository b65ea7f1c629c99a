import { access, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { startProgram, startScript } from "./child-process.ts";
import type { TargetAddress } from "./load-connection.ts";
import { installPeers } from "./install-peers.ts";
import { startMitmproxy } from "./peers/mitmproxy.ts";
import { startSquid } from "./peers/squid.ts";
import type { BenchPlace, RunningTarget } from "./place.ts";

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

/** @param checkout whose build is measured */
async function startVaultbox(
  place: BenchPlace,
  name: string,
  checkout: string,
): Promise<RunningTarget> {
  const socketPath = `${place.folder}/${name}.sock`;
  const caOut = `${place.folder}/${name}-ca.pem`;
  await access(resolve(checkout, "dist/main.js"));
  const address: TargetAddress = { kind: "proxy", socketPath };
  const child = await startProgram(
    process.execPath,
    [
      resolve(checkout, "bin/vaultbox.js"),
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
    { address, env: { ...process.env, VAULTBOX_HOME: `${place.folder}/${name}-home` } },
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
