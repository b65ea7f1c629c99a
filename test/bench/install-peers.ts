import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Compared with, never shipped: they are installed in the user's cache when the bench runs. */
const peers = { mockttp: "4.6.5", "http-mitm-proxy": "1.1.0" } as const;
const installTimeoutMs = 300_000;

/** Installs the npm peers once and returns the folder they are in. `VAULTBOX_CACHE` moves it. */
export async function installPeers(): Promise<string> {
  const cache = process.env["VAULTBOX_CACHE"] ?? join(homedir(), ".cache", "vaultbox");
  const folder = join(cache, "bench");
  const wanted = Object.keys(peers).map((name) =>
    join(folder, "node_modules", name, "package.json"),
  );
  const isThere = await Promise.all(
    wanted.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (isThere.every(Boolean)) return folder;
  await mkdir(folder, { recursive: true });
  const packages = Object.entries(peers).map(([name, version]) => `${name}@${version}`);
  const options = ["--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"];
  await promisify(execFile)("npm", ["install", ...options, ...packages], {
    timeout: installTimeoutMs,
  });
  return folder;
}
