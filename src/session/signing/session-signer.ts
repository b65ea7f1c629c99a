import { VaultboxError } from "../../base/errors.ts";
import { parsePublicKeyLine, toPublicKeyLine } from "../../git/signing/ssh-key.ts";
import { parseStoredKey } from "../../git/signing/ssh-key-private.ts";
import type { GitAuthor } from "../../policy/git-author.ts";
import { signWithKey, type SshSigner } from "../../git/signing/sshsig.ts";
import { quoted } from "../../base/printable.ts";
import { patiently } from "../../base/patience.ts";
import type { OpenVault } from "../../vault/open-vaults.ts";
import type { StoredSigningKey } from "../../vault/stored-credential.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";
import { signWithAgent } from "./ssh-agent.ts";
import { findAgentSocket } from "./ssh-agent-key.ts";

/** A signing key in the vault that has it. */
export interface FoundSigningKey {
  readonly vault: OpenVault;
  readonly key: StoredSigningKey;
}

/** The key that signs for a session; decided on the host at launch. */
export interface SessionSigning extends FoundSigningKey {
  readonly author: GitAuthor;
  /** The repository whose commits are signed */
  readonly repository: RepositoryFacts;
}

/**
 * The first of the vaults' signing keys with that name.
 * @throws VaultboxError VBX_CREDENTIAL_UNKNOWN
 */
export function findSigningKey(vaults: readonly OpenVault[], name: string): FoundSigningKey {
  for (const vault of vaults) {
    const key = vault.signingKeys.find((candidate) => candidate.name === name);
    if (key !== undefined) return { vault, key };
  }
  const others = vaults.some(({ credentials }) => credentials.some((one) => one.name === name));
  throw new VaultboxError(
    "VBX_CREDENTIAL_UNKNOWN",
    others
      ? `cannot sign with ${quoted(name, 64)}: that credential is not a signing key`
      : `cannot sign with ${quoted(name, 64)}: no vault of this session has a signing key of that name`,
    { hints: ["make one: vaultbox credential add NAME --generate-signing-key"] },
  );
}

/**
 * Signs with the key as it is at that moment: one that was removed signs no more.
 * @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE when the agent isn't there at the start
 */
export function openSigner({ vault, key }: FoundSigningKey, env: NodeJS.ProcessEnv): SshSigner {
  const publicKey = parsePublicKeyLine(key.publicKey);
  if (key.source.type === "ssh-agent") {
    const socket = findAgentSocket(env);
    return { publicKey, sign: patiently((data) => signWithAgent(socket, publicKey, data)) };
  }
  return {
    publicKey,
    sign: async (data) => {
      const secret = await vault.reveal(key.name);
      const privateKey = parseStoredKey(secret.reveal());
      if (toPublicKeyLine(privateKey.publicKey) === key.publicKey) {
        return signWithKey(privateKey, data);
      }
      throw new VaultboxError(
        "VBX_CREDENTIAL_INVALID",
        `cannot sign with ${quoted(key.name)}: the stored key is not the one it is said to be`,
      );
    },
  };
}
