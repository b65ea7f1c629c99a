import { X509Certificate } from "node:crypto";
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { toPathReason } from "../../base/fs/named-path.ts";
import { runProgram } from "../../base/run-program.ts";
import { type HealthCheck, fail, ok, warn } from "./health-check.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { readRegularText } from "../../base/fs/regular-file.ts";
import { VaultboxError, hasCode } from "../../base/errors.ts";
import { findGit } from "../../git/push/cache/git-program.ts";
import { openKeychain } from "../../vault/keychain.ts";
import { toKeychainService } from "../../vault/vault-context.ts";

const minNodeMajor = 24;
const commandTimeoutMs = 10_000;
/** Variables that name extra CA certificates for this machine's programs */
const caVariables = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] as const;
const othersMask = 0o077;

export function checkNode(versionText: string): HealthCheck {
  const name = "node";
  if (Number(versionText.split(".")[0]) >= minNodeMajor) return ok(name, versionText);
  return fail(name, `${versionText} is too old`, `install Node.js ${minNodeMajor} or newer`);
}

/** Every CA bundle that the environment names must be readable, or upstreams behind a company proxy fail. */
export async function checkCaTrust(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  const name = "ca trust";
  const found: string[] = [];
  for (const variable of caVariables) {
    const path = env[variable];
    if (path === undefined || path === "") continue;
    const text = await readRegularText(path).catch(() => undefined);
    const count = text === undefined ? 0 : countCertificates(text);
    if (count === 0) {
      const why = text === undefined ? "can't be read" : "holds no certificate";
      const detail = `${variable} names "${path}", which ${why}`;
      return fail(name, detail, `unset ${variable}, or correct it`);
    }
    found.push(`${variable}: ${count} certificates`);
  }
  return ok(name, found.length === 0 ? "Node's and the system's" : found.join(", "));
}

function countCertificates(text: string): number {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.filter(isCertificate).length;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    // One bad block in a bundle of hundreds is common, and programs skip it
    return false;
  }
}

/** Link sockets live there: nobody else may reach them. */
export async function checkRuntimeFolder(path: string): Promise<HealthCheck> {
  const name = "runtime folder";
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) return ok(name, `${path} is made when it's needed`);
  if (!facts.isDirectory())
    return fail(name, `${path} is not a folder`, `remove it: rm ${toShellWord(path)}`);
  if (process.getuid !== undefined && facts.uid !== process.getuid()) {
    return fail(
      name,
      `${path} belongs to user id ${facts.uid}`,
      "set XDG_RUNTIME_DIR to a folder of your own",
    );
  }
  if ((facts.mode & othersMask) !== 0) {
    return fail(name, `${path} is open to other users`, `close it: chmod 700 ${toShellWord(path)}`);
  }
  return ok(name, path);
}

/** What vaultbox keeps must have a place: where a folder isn't there yet, the one above it counts. */
export async function checkOwnFolders(paths: readonly string[]): Promise<HealthCheck> {
  const name = "own folders";
  for (const path of paths) {
    const why = await findWriteFault(path);
    if (why === undefined) continue;
    const hint = "HOME, or VAULTBOX_HOME, must name a folder that this user may write in";
    return fail(name, `${path} can't be written: ${why}`, hint);
  }
  return ok(name, paths.join(", "));
}

async function findWriteFault(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return `${path} is not a folder`;
    await access(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const isMissing = hasCode(error, "ENOENT");
    const above = dirname(path);
    return isMissing && above !== path ? findWriteFault(above) : toPathReason(error);
  }
}

export async function checkCommand(command: string, use: string): Promise<HealthCheck> {
  try {
    const args = ["--version"];
    const answer = await runProgram({ file: command, args, timeoutMs: commandTimeoutMs });
    return ok(command, answer.split("\n")[0] ?? "");
  } catch {
    return warn(command, "it does not run", `install ${command}: ${use}`);
  }
}

/** Whether the host's git can look into pushes; without it, those that must be looked into are refused. */
export async function checkGit(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  try {
    const { file, version } = await findGit(env);
    return ok("git", `${version} (${file})`);
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    return warn("git", error.message, error.hints[0] ?? "install git");
  }
}

/** Whether the system's keychain answers; without one, vaults are encrypted files. */
export async function checkKeychain(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  const name = "keychain";
  try {
    await openKeychain(toKeychainService(env));
    return ok(name, "it answers");
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    const hint = "vaults are kept as encrypted files; for the keychain, start and unlock it";
    return warn(name, error.message, hint);
  }
}
