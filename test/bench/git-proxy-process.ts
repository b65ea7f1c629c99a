// A proxy with `git:` entries in a process of its own, so that its memory is its own. It tells its parent its port.
import { readFileSync, writeFileSync } from "node:fs";
import { serverRule, openGitProxy } from "../support/git-proxy.ts";
import type { GitProxyOrder } from "./git/proxied-git.ts";

const order = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as GitProxyOrder;
const proxy = await openGitProxy({
  server: { port: order.port, token: order.token, ca: { certPem: order.serverCaPem } },
  git: order.repositories.map((name) =>
    serverRule(name, {
      maxPackBytes: order.maxPackBytes,
      refs: ["refs/heads/agent/*"],
      denyPaths: order.denyPaths,
    }),
  ),
});
process.once("SIGTERM", () => void end());
writeFileSync(process.argv[3] ?? "", proxy.proxy.ca.certificatePem);
process.send?.({ port: proxy.client.port });

async function end(): Promise<void> {
  await proxy[Symbol.asyncDispose]();
  process.disconnect();
}
