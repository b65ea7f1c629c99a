import { VaultboxError } from "../../base/errors.ts";
import { readWritableFolders } from "../../base/folder-list.ts";
import { toFingerprint, type SshPublicKey } from "../../git/signing/ssh-key.ts";
import { quoted } from "../../base/printable.ts";
import { listAgentKeys, unavailable } from "./ssh-agent.ts";

/** The agent of the user's own session. @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE */
export function findAgentSocket(env: NodeJS.ProcessEnv): string {
  const socket = env["SSH_AUTH_SOCK"];
  if (socket === undefined || socket === "") throw unavailable("SSH_AUTH_SOCK is not set here");
  const holder = readWritableFolders(env).holderOf(socket);
  if (holder === undefined) return socket;
  throw unavailable(`its socket is in ${quoted(holder)}, where a sandbox can write`);
}

/**
 * The agent's key with that fingerprint, or its only one.
 * @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE, VBX_USAGE when it has several and none was named
 */
export async function chooseAgentKey(
  env: NodeJS.ProcessEnv,
  fingerprint: string | undefined,
): Promise<SshPublicKey> {
  // Certificates stand beside their keys, and a signature by one is the key's
  const keys = (await listAgentKeys(findAgentSocket(env))).filter(
    ({ type }) => !type.endsWith("-cert-v01@openssh.com"),
  );
  const [first, second] = keys;
  if (first === undefined) throw unavailable("it has no key");
  if (fingerprint !== undefined) {
    const found = keys.find((key) => toFingerprint(key) === fingerprint);
    if (found !== undefined) return found;
    throw unavailable(`it has no key with the fingerprint ${quoted(fingerprint, 80)}`);
  }
  if (second === undefined) return first;
  throw new VaultboxError(
    "VBX_USAGE",
    `the ssh-agent has ${keys.length} keys, and none was named`,
    {
      hints: ["name one by its fingerprint: --ssh-agent SHA256:…", "see them: ssh-add -l"],
    },
  );
}
