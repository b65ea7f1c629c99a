import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A folder with a key made by the real ssh-keygen. */
export interface KeyFile extends AsyncDisposable {
  readonly folder: string;
  readonly path: string;
  /** Text of the private key's file */
  readonly text: string;
  /** First two words of the `.pub` file */
  readonly publicLine: string;
}

export async function makeKeyFile(
  options: { readonly type?: string; readonly passphrase?: string; readonly bits?: number } = {},
): Promise<KeyFile> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-key-"));
  const path = join(folder, "key");
  const { type = "ed25519", passphrase = "", bits } = options;
  const size = bits === undefined ? [] : ["-b", String(bits)];
  await execute("ssh-keygen", [
    "-q",
    "-t",
    type,
    ...size,
    "-N",
    passphrase,
    "-C",
    "test",
    "-f",
    path,
  ]);
  const line = (await readFile(`${path}.pub`, "utf8")).trim();
  return {
    folder,
    path,
    text: await readFile(path, "utf8"),
    publicLine: line.split(" ").slice(0, 2).join(" "),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Whether the real ssh-keygen takes the signature for one by that key in the namespace. */
export async function isValidSignature(
  folder: string,
  check: {
    readonly message: Buffer;
    readonly signature: string;
    readonly publicLine: string;
    readonly namespace?: string;
    /** Instead of a line for `signer` with the key */
    readonly allowed?: string;
    readonly signer?: string;
  },
): Promise<boolean> {
  const allowed = join(folder, "allowed");
  const signature = join(folder, "signature");
  const signer = check.signer ?? "someone@example.com";
  await writeFile(allowed, check.allowed ?? `${signer} ${check.publicLine}\n`);
  await writeFile(signature, check.signature);
  const args = ["-Y", "verify", "-f", allowed, "-I", signer];
  const child = spawn("ssh-keygen", [...args, "-n", check.namespace ?? "git", "-s", signature], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(check.message);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}
