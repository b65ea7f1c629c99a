import { realpath } from "node:fs/promises";
import { VaultboxError } from "../../base/errors.ts";
import { parsePublicKeyLine, toFingerprint, toPublicKeyLine } from "../../git/signing/ssh-key.ts";
import {
  generateStoredKey,
  parseStoredKey,
  toStoredKey,
} from "../../git/signing/ssh-key-private.ts";
import { quoted } from "../../base/printable.ts";
import { Secret } from "../../base/redact.ts";
import { chooseAgentKey } from "../../session/signing/ssh-agent-key.ts";
import { checkName } from "../../vault/stored-credential.ts";
import type { SigningKeySource, VaultEntry } from "../../vault/stored-credential.ts";
import { type BindingFlags, hasBindingFlags } from "./binding-flags.ts";
import type { NewCredentialFlags } from "./new-credential.ts";
import { readText } from "./read-secret.ts";

/** The flags of `credential add` that make a signing key. */
export interface SigningKeyFlags
  extends BindingFlags, Pick<NewCredentialFlags, "preset" | "env" | "fromCommand" | "fromEnv"> {
  /** File with an OpenSSH private key, or `-` */
  readonly signingKey?: string;
  readonly generateSigningKey?: boolean;
  /** `SHA256:…`, or true for the agent's only key */
  readonly sshAgent?: string | true;
}

/** A private key file is far smaller, bytes */
const maxKeyFileBytes = 64 * 1024;

export function isSigningKeyRequest(flags: SigningKeyFlags): boolean {
  return toKinds(flags).length > 0;
}

/**
 * The signing key that the flags ask for, with its secret when the vault is to keep it.
 * @throws VaultboxError VBX_USAGE, VBX_CREDENTIAL_INVALID, VBX_SSH_AGENT_UNAVAILABLE
 */
export async function toNewSigningKey(
  name: string,
  flags: SigningKeyFlags,
  options: { readonly now: Date; readonly env: NodeJS.ProcessEnv },
): Promise<VaultEntry> {
  checkName("credential", name);
  checkFlags(flags);
  const toEntry = (publicKey: string, source: SigningKeySource, secret?: string): VaultEntry => {
    const at = options.now.toISOString();
    const kind = "signing-key" as const;
    const credential = { kind, name, publicKey, source, createdAt: at, updatedAt: at };
    return secret === undefined ? { credential } : { credential, secret: new Secret(name, secret) };
  };
  if (flags.sshAgent !== undefined) {
    const wanted = flags.sshAgent === true ? undefined : flags.sshAgent;
    return toEntry(toPublicKeyLine(await chooseAgentKey(options.env, wanted)), {
      type: "ssh-agent",
    });
  }
  const stored =
    flags.signingKey === undefined
      ? generateStoredKey(`vaultbox ${name}`)
      : toStoredKey(await readKeyText(name, flags.signingKey));
  return toEntry(toPublicKeyLine(parseStoredKey(stored).publicKey), { type: "stored" }, stored);
}

/** What the user does with a new key, one line each. */
export function toKeyNotes(vault: string, entry: VaultEntry): readonly string[] {
  const { credential } = entry;
  if (!("kind" in credential)) return [];
  const { name, publicKey } = credential;
  const fingerprint = toFingerprint(parsePublicKeyLine(publicKey));
  return [
    `stored the signing key "${name}" in the vault "${vault}": ${fingerprint}`,
    "register the public key with your git host as a signing key",
    `sign with it: vaultbox run --sign ${name}`,
  ];
}

function toKinds({
  signingKey,
  generateSigningKey,
  sshAgent,
}: SigningKeyFlags): readonly unknown[] {
  return [signingKey, generateSigningKey, sshAgent].filter((flag) => flag !== undefined);
}

function checkFlags(flags: SigningKeyFlags): void {
  if (toKinds(flags).length > 1) {
    throw new VaultboxError(
      "VBX_USAGE",
      "--signing-key, --generate-signing-key and --ssh-agent exclude each other",
    );
  }
  const { preset, env, fromCommand, fromEnv } = flags;
  const others = [preset, env, fromCommand, fromEnv].some((flag) => flag !== undefined);
  if (!others && !hasBindingFlags(flags)) return;
  throw new VaultboxError("VBX_USAGE", "a signing key has no preset, host, scheme or variable", {
    hints: [
      "it signs, and nothing of it is in the sandbox; to sign with it: vaultbox run --sign NAME",
    ],
  });
}

async function readKeyText(name: string, path: string): Promise<string> {
  if (path === "-") return readText(name, maxKeyFileBytes);
  const { readPlainFile } = await import("../../base/fs/private-read.ts");
  // A link is the user's own here
  const real = await realpath(path).catch(() => path);
  const bytes = await readPlainFile(real, maxKeyFileBytes);
  if (bytes !== undefined) return Buffer.from(bytes).toString("utf8");
  throw new VaultboxError("VBX_USAGE", `cannot read ${quoted(path)}: there is no such file`);
}
