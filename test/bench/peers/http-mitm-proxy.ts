// http-mitm-proxy with keep-alive agents and one header set: FOLDER-OF-PEERS - CA-OUT. NODE_EXTRA_CA_CERTS names the upstream's CA.
import { copyFileSync, mkdtempSync } from "node:fs";
import { Agent } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { injected } from "../injected.ts";
import { requirePeer, resolveBenchNames } from "./loopback-names.ts";

interface Context {
  readonly proxyToServerRequestOptions: { readonly headers: Record<string, string> };
}
interface MitmProxy {
  readonly onError: (handle: () => void) => void;
  readonly onRequest: (handle: (context: Context, done: () => void) => void) => void;
  readonly listen: (options: object, done: (error?: Error) => void) => void;
}
interface Module {
  readonly Proxy: new () => MitmProxy;
}

const [folder = "", , caOut = ""] = process.argv.slice(2);
resolveBenchNames();
const { Proxy } = requirePeer(folder, "http-mitm-proxy") as Module;
const proxy = new Proxy();
proxy.onError(() => undefined);
proxy.onRequest((context, done) => {
  context.proxyToServerRequestOptions.headers[injected.header] = injected.value;
  done();
});
const sslCaDir = mkdtempSync(join(dirname(caOut), "http-mitm-proxy-"));
const httpsAgent = new Agent({ keepAlive: true });

// It can't say which port the system chose, so one is chosen for it
const probe = createServer().listen(0, "127.0.0.1", () => {
  const { port } = probe.address() as AddressInfo;
  probe.close(() => {
    proxy.listen({ host: "127.0.0.1", port, sslCaDir, keepAlive: true, httpsAgent }, (error) => {
      if (error !== undefined && error !== null) throw error;
      copyFileSync(join(sslCaDir, "certs", "ca.pem"), caOut);
      process.send?.({ port });
    });
  });
});
process.on("disconnect", () => process.exit());
