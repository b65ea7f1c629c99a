import { VaultboxError } from "../../base/errors.ts";
import { readWritableFolders } from "../../base/folder-list.ts";
import { type GitAuthor, isUsableAuthor } from "../../policy/git-author.ts";
import type { SigningSettings } from "../../policy/signing-settings.ts";
import type { SessionPlan } from "./session-plan.ts";
import { findSigningKey } from "../signing/session-signer.ts";
import { lastValue } from "../../workspace/git-dir/git-setting.ts";
import { readUserConfiguration } from "../../workspace/git-dir/user-configuration.ts";
import type { OpenVault } from "../../vault/open-vaults.ts";
import type { SessionPolicy } from "./session-policy.ts";

/** `--sign NAME`, `--no-sign`, or neither */
type SignFlag = string | boolean | undefined;

/**
 * In whose name the session commits, and the key that signs for it: the flag, else the project file, else the
 * preferences. Name and email are the settings' own, else those of the user's own git.
 * @throws VaultboxError VBX_CREDENTIAL_UNKNOWN, VBX_USAGE when a signature was asked for that can't be made
 */
export function resolveSandboxGit(
  flag: SignFlag,
  sources: {
    readonly plan: SessionPolicy;
    readonly vaults: readonly OpenVault[];
    readonly hostAuthor: GitAuthor | undefined;
  },
): SessionPlan["git"] {
  const { plan, vaults, hostAuthor } = sources;
  const settings = plan.projectFile?.project.signing ?? plan.preferences.signing;
  const author = settings?.author ?? hostAuthor;
  const name = chooseKey(flag, plan, settings);
  if (name === undefined) return { author };
  const { key, vault } = findSigningKey(vaults, name);
  const { repository } = plan;
  if (repository === undefined) {
    throw cannotSign("the workspace is in no git repository", ["make one first: git init"]);
  }
  if (author === undefined) {
    throw cannotSign("your git has no name and email to sign for", [
      "set them: git config --global user.name NAME, and user.email ADDRESS",
      "or write signing: with key, name and email in vaultbox.yaml",
    ]);
  }
  return { author, signing: { key, vault, author, repository } };
}

/** The user's own setting for every project doesn't ask for the impossible where there is no repository. */
function chooseKey(
  flag: SignFlag,
  plan: SessionPolicy,
  settings: SigningSettings | undefined,
): string | undefined {
  if (typeof flag === "string") return flag;
  if (flag === false) return undefined;
  const isOnlyPreferred = plan.projectFile?.project.signing === undefined;
  return isOnlyPreferred && plan.repository === undefined ? undefined : settings?.key;
}

/** As the user's git says it outside of any repository. */
export async function readHostAuthor(env: NodeJS.ProcessEnv): Promise<GitAuthor | undefined> {
  const settings = await readUserConfiguration(readWritableFolders(env));
  const name = lastValue(settings, "user.name");
  const email = lastValue(settings, "user.email");
  if (name === undefined || email === undefined) return undefined;
  return isUsableAuthor({ name, email }) ? { name, email } : undefined;
}

function cannotSign(why: string, hints: readonly string[]): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot sign in this session: ${why}`, { hints });
}
