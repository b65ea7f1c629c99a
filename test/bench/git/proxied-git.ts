import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitClient, proxiedClient } from "../../support/git-client.ts";
import type { GitServer } from "../../support/git-server.ts";
import { startScript } from "../child-process.ts";
import { treeCpuMs } from "../process-tree.ts";

/** What the proxy's process is told, in a file: the token isn't for a command line. */
export interface GitProxyOrder {
  readonly port: number;
  readonly token: string;
  readonly serverCaPem: string;
  readonly repositories: readonly string[];
  readonly maxPackBytes: number;
  readonly denyPaths: readonly string[];
}

/** A client whose way leads through a proxy in another process. */
export interface ProxiedGit extends AsyncDisposable {
  readonly client: GitClient;
  /** Most memory that the proxy's process ever had resident, MB */
  readonly peakMegabytes: () => number;
  /** CPU time of the proxy and of the git programs that it ran, ms */
  readonly cpuMs: () => number;
}

export async function startProxiedGit(
  server: GitServer,
  folder: string,
  rule: Pick<GitProxyOrder, "repositories" | "maxPackBytes" | "denyPaths">,
): Promise<ProxiedGit> {
  const { port, token, ca } = server;
  const order: GitProxyOrder = { port, token, serverCaPem: ca.certPem, ...rule };
  const file = join(folder, "proxy.json");
  const caFile = join(folder, "session-ca.pem");
  await writeFile(file, JSON.stringify(order), { mode: 0o600 });
  const child = await startScript("./git-proxy-process.ts", [file, caFile]);
  return {
    client: proxiedClient(child.port, caFile),
    peakMegabytes: () => peakMegabytes(child.pid),
    cpuMs: () => treeCpuMs([child.pid]),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}
