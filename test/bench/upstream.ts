import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestCa } from "../support/test-ca.ts";
import { startScript } from "./child-process.ts";

/** Requests that reached the stand-in with the credential, and without it, since it started. */
export interface SeenRequests {
  readonly injected: number;
  readonly bare: number;
}

/** The server that every target forwards to. */
export interface BenchUpstream extends AsyncDisposable {
  readonly port: number;
  /** Its CA, PEM */
  readonly ca: string;
  readonly caPath: string;
  readonly countSeen: () => Promise<SeenRequests>;
}

const countTimeoutMs = 10_000;

export async function startUpstream(folder: string): Promise<BenchUpstream> {
  const ca = createTestCa("vaultbox bench");
  const issued = ca.issue({ hosts: ["*.bench.test"] });
  const caPath = join(folder, "upstream-ca.pem");
  await writeFile(caPath, ca.certPem);
  await writeFile(join(folder, "upstream.pem"), issued.certPem);
  await writeFile(join(folder, "upstream.key"), issued.keyPem, { mode: 0o600 });
  const files = [join(folder, "upstream.pem"), join(folder, "upstream.key")];
  const child = await startScript("./upstream-process.ts", files);
  return {
    port: child.port,
    ca: ca.certPem,
    caPath,
    countSeen: async () => {
      const signal = AbortSignal.timeout(countTimeoutMs);
      const counted = once(child.process, "message", { signal });
      child.process.send("count");
      const [seen] = (await counted) as [SeenRequests];
      return seen;
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
