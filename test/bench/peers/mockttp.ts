// mockttp, passing everything on with one header set: FOLDER-OF-PEERS UPSTREAM-CA-FILE CA-OUT.
import { readFileSync, writeFileSync } from "node:fs";
import { injected } from "../injected.ts";
import { requirePeer, resolveBenchNames } from "./loopback-names.ts";

interface Mockttp {
  readonly generateCACertificate: () => Promise<{ key: string; cert: string }>;
  readonly getLocal: (options: object) => {
    readonly port: number;
    readonly start: () => Promise<void>;
    readonly forAnyRequest: () => {
      readonly thenPassThrough: (options: object) => Promise<unknown>;
    };
  };
}

const [folder = "", upstreamCa = "", caOut = ""] = process.argv.slice(2);
resolveBenchNames();
const mockttp = requirePeer(folder, "mockttp") as Mockttp;
const https = await mockttp.generateCACertificate();
writeFileSync(caOut, https.cert);
const server = mockttp.getLocal({ https, http2: false, recordTraffic: false });
await server.start();
await server.forAnyRequest().thenPassThrough({
  additionalTrustedCAs: [{ cert: readFileSync(upstreamCa, "utf8") }],
  transformRequest: { updateHeaders: { [injected.header]: injected.value } },
});
process.send?.({ port: server.port });
process.on("disconnect", () => process.exit());
