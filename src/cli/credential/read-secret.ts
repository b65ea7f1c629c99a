import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { checkSecretValue, maxSecretBytes } from "../../vault/stored-credential.ts";
import { canPrompt } from "../output.ts";
import { promptHidden } from "../prompt.ts";

/**
 * The secret from stdin when something is piped in, or typed without echo. Never from the command line: other processes
 * see that, and the shell keeps it.
 * @throws VaultboxError VBX_USAGE, VBX_CREDENTIAL_INVALID, VBX_CANCELLED
 */
export async function readSecret(name: string): Promise<string> {
  const value = process.stdin.isTTY ? await askSecret(name) : await readStdin(name);
  checkSecretValue(name, value);
  return value;
}

async function askSecret(name: string): Promise<string> {
  if (canPrompt()) return promptHidden(`secret of ${quoted(name)}: `);
  throw new VaultboxError("VBX_USAGE", "cannot ask for the secret: stderr is not a terminal");
}

/** Without the last line break, which `echo` and most programs add. */
async function readStdin(name: string): Promise<string> {
  // Two more for the line break
  return (await readText(name, maxSecretBytes + 2)).replace(/\r?\n$/, "");
}

/** The text on stdin, as it is; of a longer one a part that is too long. @throws VaultboxError VBX_USAGE, VBX_CREDENTIAL_INVALID */
export async function readText(name: string, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  if (length === 0) {
    throw new VaultboxError("VBX_USAGE", `no secret for ${quoted(name)} was given`, {
      hints: [
        "pipe it in: some-command | vaultbox credential add NAME",
        "or run it on a terminal, which asks for it",
      ],
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    // Without the cause: it says nothing more
    throw new VaultboxError(
      "VBX_CREDENTIAL_INVALID",
      `cannot use the secret for ${quoted(name)}: it is not UTF-8 text`,
    );
  }
}

/**
 * Refuses a secret that was typed as an argument, without repeating it.
 * @throws VaultboxError VBX_USAGE
 */
export function refuseSecretArguments(name: string, extra: readonly string[]): void {
  if (extra.length === 0 && !looksLikeSecret(name)) return;
  throw new VaultboxError(
    "VBX_USAGE",
    extra.length === 0
      ? "the name looks like a secret"
      : "a secret can't be given as an argument: other programs and the shell's history see it",
    {
      hints: [
        "if it was one, delete it from the shell's history (history -d) and rotate it",
        "pipe the secret in, or let vaultbox ask for it: vaultbox credential add NAME",
      ],
    },
  );
}

/** Long, without a break, with digits among letters: no name that a person chose. */
function looksLikeSecret(text: string): boolean {
  const word = text.split(/[._-]/).reduce((a, b) => (b.length > a.length ? b : a), "");
  const knownPrefix =
    /^(?:sk|pk|rk|ghp|gho|ghu|ghs|github_pat|glpat|npm|pypi|hf|xox[a-z]|lin_api|ntn)[-_]/i;
  if (knownPrefix.test(text) && text.length >= 20) return true;
  return word.length >= 24 && /\d/.test(word) && /[a-z]/i.test(word);
}
