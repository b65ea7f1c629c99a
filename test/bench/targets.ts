import { readFile } from "node:fs/promises";
import { startScript } from "./child-process.ts";
import { installPeers, type PeerName } from "./install-peers.ts";
import { startMitmproxy } from "./peers/mitmproxy.ts";
import { startSquid } from "./peers/squid.ts";
import { type BenchPlace, type RunningTarget, toTarget } from "./place.ts";
import { startVaultbox, type VaultStore } from "./vaultbox-target.ts";

type Start = (place: BenchPlace) => Promise<RunningTarget | undefined>;

/** In the order of the tables; `undefined` means that what it needs isn't there. */
export const targets: Readonly<Record<string, Start>> = {
  "vaultbox-age": (place) => startVaultbox(place, { name: "vaultbox-age", store: "age" }),
  "vaultbox-keychain": (place) =>
    startVaultbox(place, { name: "vaultbox-keychain", store: "keychain" }),
  vaultbox: (place) => startVaultbox(place, { name: "vaultbox" }),
  "before-age": (place) => startBefore(place, "before-age", "age"),
  before: (place) => startBefore(place, "before", undefined),
  squid: startSquid,
  "sandbox-runtime": (place) => startNpmPeer("sandbox-runtime", place),
  lean: startLean,
  "http-mitm-proxy": (place) => startNpmPeer("http-mitm-proxy", place),
  mockttp: (place) => startNpmPeer("mockttp", place),
  mitmproxy: startMitmproxy,
  tunnel: startTunnel,
  direct: startDirect,
};

/** What a target is, for those that don't say it by their name. */
export const targetNotes = [
  "vaultbox-age, vaultbox-keychain: with a credential on each request, from a vault of that kind; vaultbox: without one",
  "before-age, before: the same of the checkout that --before names",
  "lean: TLS at both ends and bytes between them in a few lines of Node, for what that alone costs",
  "tunnel: a CONNECT proxy that looks at nothing; direct: no proxy",
] as const;

async function startBefore(
  place: BenchPlace,
  name: string,
  store: VaultStore | undefined,
): Promise<RunningTarget | undefined> {
  const { before: checkout } = place;
  if (checkout === undefined) return undefined;
  return startVaultbox(place, { name, checkout, ...(store === undefined ? {} : { store }) });
}

async function startNpmPeer(name: PeerName, place: BenchPlace): Promise<RunningTarget> {
  return startInterceptor(name, place, await installPeers());
}

function startLean(place: BenchPlace): Promise<RunningTarget> {
  return startInterceptor("lean", place, "");
}

/** A script of `peers/` that tells its port and writes its CA to a file. */
async function startInterceptor(
  name: string,
  place: BenchPlace,
  peers: string,
): Promise<RunningTarget> {
  const caOut = `${place.folder}/${name}-ca.pem`;
  const child = await startScript(`./peers/${name}.ts`, [peers, place.upstreamCaPath, caOut], {
    NODE_EXTRA_CA_CERTS: place.upstreamCaPath,
  });
  const ca = await readFile(caOut, "utf8");
  return toTarget(child, { name, address: { kind: "proxy", port: child.port }, ca, injects: true });
}

async function startTunnel(): Promise<RunningTarget> {
  const child = await startScript("./peers/tunnel.ts", []);
  const address = { kind: "proxy", port: child.port } as const;
  return toTarget(child, { name: "tunnel", address, ca: "", injects: false });
}

function startDirect(place: BenchPlace): Promise<RunningTarget> {
  return Promise.resolve({
    name: "direct",
    address: { kind: "direct", port: place.upstreamPort },
    ca: "",
    pids: [],
    injects: false,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
