// The proxy of @anthropic-ai/sandbox-runtime, outside of its sandbox, with its own TLS interception and one header set:
// FOLDER-OF-PEERS UPSTREAM-CA-FILE CA-OUT. It has no entry for that: the two modules are taken where they lie.
import { readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { injected } from "../injected.ts";
import { resolveBenchNames } from "./loopback-names.ts";

interface Authority {
  readonly certPem: string;
}
interface Options {
  readonly filter: () => boolean;
  readonly mitmCA: Authority;
  readonly mutateHeaders: (headers: Record<string, string>) => void;
  readonly tlsTerminateUpstreamCA: string;
}
interface Modules {
  readonly createMitmCA: (options: object) => Authority;
  readonly createHttpProxyServer: (options: Options) => Server;
}

const [folder = "", upstreamCa = "", caOut = ""] = process.argv.slice(2);
resolveBenchNames();
const modules = join(folder, "node_modules/@anthropic-ai/sandbox-runtime/dist/sandbox");
const load = (name: string): Promise<unknown> => import(pathToFileURL(join(modules, name)).href);
const { createMitmCA } = (await load("mitm-ca.js")) as Pick<Modules, "createMitmCA">;
const { createHttpProxyServer } = (await load("http-proxy.js")) as Pick<
  Modules,
  "createHttpProxyServer"
>;

const authority = createMitmCA({});
writeFileSync(caOut, authority.certPem);
const server = createHttpProxyServer({
  filter: () => true,
  mitmCA: authority,
  mutateHeaders: (headers) => {
    headers[injected.header] = injected.value;
  },
  tlsTerminateUpstreamCA: readFileSync(upstreamCa, "utf8"),
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit());
