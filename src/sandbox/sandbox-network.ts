import type { ServicePort } from "../relay/protocol.ts";

/** Where clients in the sandbox find the proxy: the relay's listener. */
export const proxyUrl = "http://127.0.0.1:3128";
/**
 * Where the relay takes connections that know of no proxy, and answers about names: an address of loopback that no other
 * server binds, so that ports 53, 80 and 443 of `127.0.0.1` and `::1` are free.
 */
export const relayAddress = "127.3.1.28";

/** The services of every sandbox. The relay knows none by itself: it opens what it is given. */
export const servicePorts: readonly ServicePort[] = [
  { service: "proxy", address: "127.0.0.1", port: 3128, required: true },
  { service: "http", address: relayAddress, port: 80 },
  { service: "https", address: relayAddress, port: 443 },
  { service: "dns", address: relayAddress, port: 53 },
];

/** The sandbox's own host name, which the relay's container has and shares. */
export const sandboxHostName = "sandbox";

/**
 * Names of the sandbox itself, which no proxy could reach, as clients read such a list: by suffix (curl, Python, Node.js),
 * as networks (curl, Go, requests, reqwest), as a range (Node's http, axios), and each by its text. `[::1]` in brackets,
 * as Node's fetch and urllib want it, would keep httpx, and with it most SDKs, from starting (encode/httpx#3221).
 */
export const ownNames = [
  "localhost",
  "localhost.",
  ".localhost",
  "127.0.0.0/8",
  "127.0.0.1",
  "127.0.0.1-127.255.255.254",
  "127.0.1.1",
  "::1",
  "0.0.0.0",
  sandboxHostName,
].join(",");

/** The same for Java, which has a syntax of its own. */
export const javaOwnNames = `localhost|localhost.|*.localhost|127.*|[::1]|0.0.0.0|${sandboxHostName}`;
