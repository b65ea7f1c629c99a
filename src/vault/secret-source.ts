import { VaultboxError } from "../errors.ts";
import { runHostCommand } from "../host-command.ts";
import { quoted } from "../printable.ts";
import { Secret } from "../redact.ts";
import { checkSecretValue, type SecretSource, type StoredCredential } from "./stored-credential.ts";

/** How long a source command may take, `ms`: it may ask its own service, and a person waits. */
export const sourceCommandTimeoutMs = 30_000;

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
 * Runs the credential's source command. Its output and its arguments appear in no error.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED, VBX_CREDENTIAL_INVALID
 */
export async function readFromCommand(
  credential: StoredCredential,
  source: { readonly file: string; readonly args: readonly string[] },
): Promise<Secret> {
  const { file, args } = source;
  let output: string;
  try {
    output = await runHostCommand({ file, args, timeoutMs: sourceCommandTimeoutMs });
  } catch (error) {
    const why = error instanceof VaultboxError ? error.message : "it did not start";
    throw new VaultboxError(
      "VBX_HOST_COMMAND_FAILED",
      `cannot get the secret of ${quoted(credential.name)} from its command: ${why}`,
      {
        hints: [
          `see the command: vaultbox credential show ${credential.name}, and run it yourself`,
        ],
      },
    );
  }
  return toSecret(credential.name, output.replace(/\r?\n$/, ""));
}

/** @throws VaultboxError VBX_CREDENTIAL_INVALID when the variable isn't set or can't be a secret */
export function readFromEnv(
  credential: StoredCredential,
  variable: string,
  env: NodeJS.ProcessEnv,
): Secret {
  const value = env[variable];
  if (value !== undefined && value !== "") return toSecret(credential.name, value);
  throw new VaultboxError(
    "VBX_CREDENTIAL_INVALID",
    `cannot get the secret of ${quoted(credential.name)}: the environment variable ${quoted(variable)} is not set`,
    { hints: [`set ${variable} where you start vaultbox`] },
  );
}

function toSecret(name: string, value: string): Secret {
  checkSecretValue(name, value);
  return new Secret(name, value);
}

function notSplit(): VaultboxError {
  return new VaultboxError("VBX_USAGE", "cannot split the source command into words", {
    hints: ["quote as in a shell: --from-command 'gh auth token'"],
  });
}
