import { mkdir, readFile, writeFile } from "node:fs/promises";
import { startProgram } from "../child-process.ts";
import { injected } from "../injected.ts";
import { type BenchPlace, type RunningTarget, freePort, isInstalled, toTarget } from "../place.ts";

// Streams both ways, as it would otherwise hold whole bodies, and finds every host at 127.0.0.1
const addon = `
class Bench:
    def server_connect(self, data):
        data.server.address = ("127.0.0.1", data.server.address[1])
    def requestheaders(self, flow):
        flow.request.headers["${injected.header}"] = "${injected.value}"
        flow.request.stream = True
    def responseheaders(self, flow):
        flow.response.stream = True

addons = [Bench()]
`;

/** Debian's mitmproxy, without its terminal. */
export async function startMitmproxy(place: BenchPlace): Promise<RunningTarget | undefined> {
  if (!(await isInstalled("mitmdump"))) return undefined;
  const folder = `${place.folder}/mitmproxy`;
  await mkdir(folder);
  await writeFile(`${folder}/addon.py`, addon);
  const port = await freePort();
  const address = { kind: "proxy", port } as const;
  const settings = [
    `confdir=${folder}`,
    `ssl_verify_upstream_trusted_ca=${place.upstreamCaPath}`,
    "http2=false",
    "connection_strategy=lazy",
  ];
  const child = await startProgram(
    "mitmdump",
    [
      "--quiet",
      "--listen-host",
      "127.0.0.1",
      "--listen-port",
      String(port),
      "--scripts",
      `${folder}/addon.py`,
      ...settings.flatMap((setting) => ["--set", setting]),
    ],
    { address },
  );
  const ca = await readFile(`${folder}/mitmproxy-ca-cert.pem`, "utf8");
  return toTarget(child, { name: "mitmproxy", address, ca, injects: true });
}
