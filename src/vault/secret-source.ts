import { VaultboxError } from "../base/errors.ts";
import { runProgram } from "../base/run-program.ts";
import { quoted } from "../base/printable.ts";
import { Secret } from "../base/redact.ts";
import { findSecretValueFault } from "./stored-credential.ts";
import type { SecretSource, StoredCredential } from "./stored-credential.ts";
import { toVaultFlag } from "./vault-context.ts";

/** How long a source command may take, `ms`: it may ask its own service, and a person waits. */
const sourceCommandTimeoutMs = 30_000;

/**
 * The arguments of `--from-command`, as typed: split at blanks, with quotes and backslashes as in a shell, and nothing
 * else of a shell: no variables, no patterns, no pipes.
 * @throws VaultboxError VBX_USAGE
 */
export function parseSourceCommand(text: string): SecretSource {
  const words: string[] = [];
  let word: string | undefined;
  const part = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(.)/gsu;
  for (const match of text.matchAll(part)) {
    const [whole, single, double, escaped, plain, broken] = match;
    if (broken !== undefined) throw notSplit();
    const piece = single ?? double?.replaceAll(/\\(["\\])/g, "$1") ?? escaped ?? plain;
    if (piece !== undefined) word = (word ?? "") + piece;
    else if (word !== undefined && whole.trim() === "") {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  const [file, ...args] = words;
  if (file === undefined || file === "") throw notSplit();
  return { type: "command", file, args };
}

/**
 * Reads the secret from where its credential says; undefined for one that the vault itself keeps.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED, VBX_CREDENTIAL_INVALID; it names the credential with the program or the
 * variable, and holds neither the output nor the arguments
 */
export async function readFromSource(
  credential: StoredCredential,
  env: NodeJS.ProcessEnv,
  vault: string,
): Promise<Secret | undefined> {
  const { source } = credential;
  switch (source.type) {
    case "stored":
      return undefined;
    case "command":
      return await readFromCommand(credential, source, vault);
    case "env":
      return readFromEnv(credential, source.variable, env);
  }
}

/** @throws VaultboxError VBX_HOST_COMMAND_FAILED */
export async function readFromCommand(
  { name }: StoredCredential,
  { file, args }: { readonly file: string; readonly args: readonly string[] },
  vault: string,
): Promise<Secret> {
  const fail = (why: string): never => {
    throw new VaultboxError(
      "VBX_HOST_COMMAND_FAILED",
      `cannot get the secret of ${quoted(name)} from its command: ${why}`,
      {
        hints: [
          `run its command yourself; it is shown by: vaultbox credential show ${name}${toVaultFlag(vault)}`,
        ],
      },
    );
  };
  const output = await runProgram({ file, args, timeoutMs: sourceCommandTimeoutMs }).catch(
    (error: unknown) => fail(error instanceof VaultboxError ? error.message : "it did not start"),
  );
  const value = output.replace(/\r?\n$/, "");
  const fault = findSecretValueFault(value);
  return fault === undefined
    ? new Secret(name, value)
    : fail(`what ${quoted(file)} prints ${fault}`);
}

/** @throws VaultboxError VBX_CREDENTIAL_INVALID when the variable isn't set or can't be a secret */
export function readFromEnv(
  { name }: StoredCredential,
  variable: string,
  env: NodeJS.ProcessEnv,
): Secret {
  const value = env[variable] ?? "";
  const fault = value === "" ? "is not set" : findSecretValueFault(value);
  if (fault === undefined) return new Secret(name, value);
  throw new VaultboxError(
    "VBX_CREDENTIAL_INVALID",
    `cannot get the secret of ${quoted(name)}: the environment variable ${quoted(variable)} ${fault}`,
    { hints: [`set ${variable} where you start vaultbox`] },
  );
}

function notSplit(): VaultboxError {
  return new VaultboxError("VBX_USAGE", "cannot split the source command into words", {
    hints: ["quote as in a shell: --from-command 'gh auth token'"],
  });
}

/** How long what a command gave is kept although a server refuses it, `ms`: a sandbox can have any number refused. */
const leastAgeMs = 60_000;

/** What a source command gives: one run for all who ask at the same time and after. A failed run isn't kept. */
export class CommandSecret {
  readonly #read: () => Promise<Secret>;
  readonly #now: () => number;
  #run: { readonly secret: Promise<Secret>; readonly startedAt: number } | undefined;
  #value: Secret | undefined;

  /** @param now `ms`, for tests */
  constructor(read: () => Promise<Secret>, now: () => number = () => performance.now()) {
    this.#read = read;
    this.#now = now;
  }

  async get(): Promise<Secret> {
    this.#run ??= { secret: this.#read(), startedAt: this.#now() };
    const run = this.#run;
    try {
      this.#value = await run.secret;
      return this.#value;
    } catch (error) {
      if (this.#run === run) this.#run = undefined;
      throw error;
    }
  }

  /** A server refused this secret: the next `get` runs the command again, at most once a minute. */
  reject(secret: Secret): void {
    if (this.#value !== secret || this.#run === undefined) return;
    if (this.#now() - this.#run.startedAt < leastAgeMs) return;
    this.#run = undefined;
  }
}
