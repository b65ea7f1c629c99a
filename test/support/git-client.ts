import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type GitOptions, type GitResult, runGit } from "./git.ts";
import { gitHost, gitUser, type GitServer } from "./git-server.ts";
import type { ProxyFixture } from "./proxy-fixture.ts";

/** Runs git as a client in the sandbox does: no credential, one way out. */
export interface GitClient {
  /** `https://HOST/NAME.git` */
  readonly urlOf: (name: string) => string;
  readonly run: (args: readonly string[], options: GitOptions) => Promise<GitResult>;
}

export interface ProxiedClient extends GitClient, AsyncDisposable {
  /** Port of loopback that leads to the proxy */
  readonly port: number;
}

/** Settings that every client here gets: no progress on stderr, no background work that outlives the test. */
const clientConfig = ["gc.auto=0", "maintenance.auto=false", "protocol.file.allow=always"];

/**
 * A client of a proxy. git speaks to proxies over TCP only, so a port of loopback leads to the proxy's socket.
 * @param folder where the CA file is put
 */
export async function openProxiedClient(
  proxy: Pick<ProxyFixture, "path"> & { readonly caPem: string },
  folder: string,
): Promise<ProxiedClient> {
  const caFile = join(folder, "session-ca.pem");
  await writeFile(caFile, proxy.caPem);
  const forwarder = await forwardTo(proxy.path);
  const { port } = forwarder;
  return {
    ...proxiedClient(port, caFile),
    port,
    [Symbol.asyncDispose]: () => forwarder[Symbol.asyncDispose](),
  };
}

/** A client of a proxy that listens on a port of loopback. */
export function proxiedClient(port: number, caFile: string): GitClient {
  const env = { HTTPS_PROXY: `http://127.0.0.1:${port}`, GIT_SSL_CAINFO: caFile };
  return {
    urlOf: (name) => `https://${gitHost}/${name}.git`,
    run: (args, options) =>
      runGit(args, {
        ...options,
        config: [...clientConfig, ...(options.config ?? [])],
        env: { ...env, ...options.env },
      }),
  };
}

/** A client that holds the token and goes straight to the server, to compare with. */
export async function openDirectClient(server: GitServer, folder: string): Promise<GitClient> {
  const caFile = join(folder, "server-ca.pem");
  await writeFile(caFile, server.ca.certPem);
  const credential = Buffer.from(`${gitUser}:${server.token}`).toString("base64");
  const config = [
    ...clientConfig,
    `http.curloptResolve=${gitHost}:${server.port}:127.0.0.1`,
    `http.extraHeader=Authorization: Basic ${credential}`,
  ];
  return {
    urlOf: (name) => `https://${gitHost}:${server.port}/${name}.git`,
    run: (args, options) =>
      runGit(args, {
        ...options,
        config: [...config, ...(options.config ?? [])],
        env: { GIT_SSL_CAINFO: caFile, ...options.env },
      }),
  };
}

/** A port of loopback that leads to a unix socket. */
export async function forwardTo(
  path: string,
): Promise<AsyncDisposable & { readonly port: number }> {
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    const upstream = connect({ path, allowHalfOpen: true });
    // A side that breaks off takes the other with it; `pipeline` destroys both
    void Promise.allSettled([pipeline(client, upstream), pipeline(upstream, client)]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const client of clients) client.destroy();
      await once(server, "close");
    },
  };
}
