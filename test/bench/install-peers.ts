import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Compared with, never shipped: they are installed in the user's cache when the bench runs. */
const peers = {
  mockttp: { package: "mockttp", version: "4.6.5" },
  "http-mitm-proxy": { package: "http-mitm-proxy", version: "1.1.0" },
  "sandbox-runtime": { package: "@anthropic-ai/sandbox-runtime", version: "0.0.83" },
} as const;
export type PeerName = keyof typeof peers;

const installTimeoutMs = 300_000;

/** Installs the npm peers once and returns the folder they are in. `VAULTBOX_CACHE` moves it. */
export async function installPeers(): Promise<string> {
  const cache = process.env["VAULTBOX_CACHE"] ?? join(homedir(), ".cache", "vaultbox");
  const folder = join(cache, "bench");
  const isThere = await Promise.all(
    Object.values(peers).map(({ package: name, version }) =>
      isInstalledAt(join(folder, "node_modules", name, "package.json"), version),
    ),
  );
  if (isThere.every(Boolean)) return folder;
  await mkdir(folder, { recursive: true });
  const packages = Object.values(peers).map(({ package: name, version }) => `${name}@${version}`);
  const options = ["--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"];
  await promisify(execFile)("npm", ["install", ...options, ...packages], {
    timeout: installTimeoutMs,
  });
  return folder;
}

/** Another version is what an earlier bench installed. */
async function isInstalledAt(path: string, version: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(path, "utf8")) as { readonly version?: string };
    return manifest.version === version;
  } catch {
    // Not there, or half of it: npm brings it
    return false;
  }
}
