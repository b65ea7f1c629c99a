import { debug } from "../../base/debug.ts";
import { VaultboxError } from "../../base/errors.ts";
import { type ProgramCall, runProgram } from "../../base/run-program.ts";
import type { TarEntry } from "../tar.ts";
import { readRegularFile } from "../../base/fs/regular-file.ts";
import { runBuildCommand } from "./build-trace.ts";
import type { ImageOptions } from "./image-request.ts";

/** How long a question to npm or apt about its settings may take, in milliseconds */
const questionTimeoutMs = 20_000;

/** Where build steps get the machine's own extra CAs from, first that is set wins: what Node and OpenSSL programs read. */
const caVariables = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "CURL_CA_BUNDLE"] as const;
const caBundlePath = "/etc/ssl/certs/ca-certificates.crt";

/** The host's CA bundle as a context file, so that build steps trust what the host trusts (company proxies). */
export async function readCaFile(env: NodeJS.ProcessEnv): Promise<readonly TarEntry[]> {
  for (const path of [...caVariables.map((name) => env[name]), caBundlePath]) {
    if (path === undefined || path === "") continue;
    const content = await readRegularFile(path).catch(() => undefined);
    if (content !== undefined) return [{ path: "host-ca.pem", content }];
    debug("docker", `CA bundle ${path} is not readable`);
  }
  return [];
}

/**
 * Context files by which a build step reaches what the host reaches: its CA bundle, and how apt gets to its mirrors but for
 * a proxy with a password in its address.
 */
export async function readNetworkFiles(env: NodeJS.ProcessEnv): Promise<readonly TarEntry[]> {
  const [caFile, options] = await Promise.all([
    readCaFile(env),
    // A host that isn't Debian has no apt, and then no settings for it
    readAptOptions().catch(() => []),
  ]);
  // The files stay in the image's history
  const open = options.filter((line) => !hasLogin(line));
  const caOptions = caFile.map(({ path }) => `Acquire::https::CAInfo "/tmp/build/${path}";`);
  const lines = [...open, ...caOptions];
  const aptFile = { path: "host-apt.conf", content: `${lines.join("\n")}\n` };
  return lines.length === 0 ? caFile : [...caFile, aptFile];
}

/** Whether a setting of apt has a user name or a password; in its address, nothing else has an `@`. */
function hasLogin(line: string): boolean {
  return /^Acquire::https?::Proxy/i.test(line) && line.includes("@");
}

/**
 * The registry of the user's own npm settings, without a user name in it. npm doesn't tell an address with a password.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED
 */
export async function readNpmRegistry(env: NodeJS.ProcessEnv): Promise<string> {
  const answer = await runNpm(["config", "get", "registry"], env).catch((error: unknown) => {
    throw new VaultboxError(
      "VBX_IMAGE_BUILD_FAILED",
      "cannot read the registry from npm's settings",
      {
        hints: [
          "see why: npm config get registry",
          "a password in its address belongs into an _auth line of .npmrc",
        ],
        cause: error,
      },
    );
  });
  if (!URL.canParse(answer)) return "";
  const url = new URL(answer);
  url.username = "";
  url.password = "";
  return url.href;
}

/** The exact version that the user's npm client would install of `name@range`. */
export async function resolveNpmVersion(
  packageSpec: string,
  { env, onProgress }: Pick<ImageOptions, "env" | "onProgress">,
): Promise<string> {
  const args = ["view", packageSpec, "version", "--json"];
  const step = `looking up ${packageSpec}`;
  const said = await runBuildCommand(toNpmCommand(args, env), step, onProgress);
  const answer: unknown = JSON.parse(said);
  // A range answers with every version that fits it, oldest first
  const version: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
  if (typeof version !== "string") throw new Error(`npm names no version of ${packageSpec}`);
  return version;
}

/**
 * The file of npm's settings for all users. npm looks for it below the global folder, so an install into another one
 * (`--prefix`) would miss it, and with it the CA of a company's registry.
 */
export async function readNpmGlobalConfig(env: NodeJS.ProcessEnv): Promise<string> {
  return await runNpm(["config", "get", "globalconfig"], env);
}

async function runNpm(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return await runProgram(toNpmCommand(args, env));
}

function toNpmCommand(args: readonly string[], env: NodeJS.ProcessEnv): ProgramCall {
  return { file: "npm", args, timeoutMs: questionTimeoutMs, env: toStringEnv(env) };
}

/** The lines of `apt-config dump` that decide how apt reaches its mirrors. */
export async function readAptOptions(): Promise<readonly string[]> {
  const args = ["dump", "Acquire"];
  const dump = await runProgram({ file: "apt-config", args, timeoutMs: questionTimeoutMs });
  return pickAptOptions(dump);
}

const aptOption =
  /^Acquire::(?:Check-Valid-Until|Check-Date|Retries|https?::(?:Proxy|Proxy::[^ ]+|CAInfo|Verify-Peer|Timeout)) "[^"]*";$/i;

export function pickAptOptions(dump: string): readonly string[] {
  return dump.split("\n").filter((line) => aptOption.test(line) && !line.endsWith('"";'));
}

export function toStringEnv(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const entries = Object.entries(env).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}
