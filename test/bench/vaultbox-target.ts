import { execFile } from "node:child_process";
import { access, mkdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { type SecretService, startSecretService } from "../support/secret-service.ts";
import { type Child, startProgram } from "./child-process.ts";
import { injected } from "./injected.ts";
import { type BenchPlace, type RunningTarget, toTarget } from "./place.ts";

const run = promisify(execFile);
export const ownCheckout = resolve(import.meta.dirname, "../..");

/** Where the credential comes from that each request gets. */
export type VaultStore = "age" | "keychain";

export interface VaultboxTarget {
  readonly name: string;
  /** Whose build is measured; default: this one's */
  readonly checkout?: string;
  /** Default: no vault, and no request gets a credential */
  readonly store?: VaultStore;
  /** Rules beside the one for the stand-in */
  readonly allow?: readonly string[];
  /** Flags for Node, such as those that profile */
  readonly nodeFlags?: readonly string[];
}

/** What a vaultbox of a bench runs in: a home of its own, and a vault. */
export interface VaultboxHome extends AsyncDisposable {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** What `run` and `proxy` are told: the stand-in is all that can be reached */
  readonly flags: readonly string[];
}

/** `vaultbox proxy` on a unix socket, its audit on. */
export async function startVaultbox(
  place: BenchPlace,
  options: VaultboxTarget,
): Promise<RunningTarget> {
  const { name, store, nodeFlags = [] } = options;
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await openHome(place, options));
  const socketPath = `${place.folder}/${name}.sock`;
  const caOut = `${place.folder}/${name}-ca.pem`;
  const address = { kind: "proxy", socketPath } as const;
  const args = [...nodeFlags, home.program, "proxy", "--socket", socketPath, "--ca-out", caOut];
  const child: Child = stack.use(
    await startProgram(process.execPath, [...args, ...home.flags], {
      address,
      env: home.env,
      cwd: place.folder,
    }),
  );
  const ca = await readFile(caOut, "utf8");
  const owned = stack.move();
  return {
    ...toTarget(child, { name, address, ca, injects: store !== undefined }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** @throws Error where the vault can't be what it should */
export async function openHome(place: BenchPlace, options: VaultboxTarget): Promise<VaultboxHome> {
  const { name, checkout = ownCheckout, store, allow = [] } = options;
  await using stack = new AsyncDisposableStack();
  await access(resolve(checkout, "dist/main.js"));
  const service = store === "keychain" ? stack.use(await requireSecretService()) : undefined;
  const program = resolve(checkout, "bin/vaultbox.js");
  const folder = `${place.folder}/${name}-home`;
  await mkdir(folder, { mode: 0o700 });
  const env = toEnvironment(folder, service);
  if (store !== undefined) await addCredential({ program, env, store, port: place.upstreamPort });
  const owned = stack.move();
  return {
    program,
    env,
    flags: toFlags(place, allow),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function toFlags(place: BenchPlace, allow: readonly string[]): readonly string[] {
  const rules = [`GET,POST https://*.bench.test:${place.upstreamPort}/**`, ...allow];
  const upstream = ["--connect-to", "::127.0.0.1:", "--upstream-ca", place.upstreamCaPath];
  return [...rules.flatMap((rule) => ["--allow", rule]), ...upstream];
}

async function requireSecretService(): Promise<SecretService> {
  const service = await startSecretService();
  if (service !== undefined) return service;
  throw new Error("no Secret Service (Debian packages gnome-keyring and dbus-daemon)");
}

/** Without a service of the bench's own no keychain is to be found, whoever starts the bench. */
function toEnvironment(folder: string, service: SecretService | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, VAULTBOX_HOME: folder };
  delete env["DBUS_SESSION_BUS_ADDRESS"];
  if (service === undefined) return { ...env, XDG_RUNTIME_DIR: folder };
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = service.env;
  return { ...env, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR };
}

/** Puts a credential for all hosts of the bench into a vault: a request that gets one is what the proxy is for. */
async function addCredential(to: {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly store: VaultStore;
  readonly port: number;
}): Promise<void> {
  const { program, env, store, port } = to;
  await run(process.execPath, [program, "vault", "create", "default", "--store", store], { env });
  const where = ["--host", "*.bench.test", "--port", String(port)];
  const how = ["--header", injected.header, "--env", "BENCH"];
  const adding = run(process.execPath, [program, "credential", "add", "bench", ...where, ...how], {
    env,
  });
  adding.child.stdin?.end(injected.value);
  await adding;
}
