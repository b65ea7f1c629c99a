import { given } from "../../base/given.ts";
import { isVaultboxError } from "../../base/errors.ts";
import { readHomeFolder } from "../../base/home-folder.ts";
import { isSystemError, type Folder } from "../../base/fs/beneath.ts";
import { toRealPath } from "../../base/fs/real-path.ts";
import { quoted } from "../../base/printable.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { readWritableFolders } from "../../base/folder-list.ts";
import { parseRemoteUrl } from "../../git/remote-url.ts";
import { openOrNothing } from "../host-path.ts";
import { createScanBudget, startLimits } from "../scan-budget.ts";
import { maxConfigurationBytes, readConfiguration, readSettingsIn } from "./git-configuration.ts";
import { findWorkTree, locateGit, readLine, toBranch, type GitLocation } from "./git-location.ts";
import { lastValue, type GitSetting } from "./git-setting.ts";
import { isOwnRepository } from "./ownership.ts";
import {
  readRemoteAddresses,
  toRemoteAddress,
  type AddressPlace,
  type RemoteAddress,
  chooseRemote,
} from "./remote.ts";
import { resolveSshHost, type SshHost } from "./ssh-configuration.ts";
import { readTips } from "./repository-tips.ts";
import { readUserConfiguration } from "./user-configuration.ts";

/** Characters of a host that is told */
const maxToldLength = 120;

/** What is known of the workspace's own repository at launch; the sandbox can't change any of it afterwards. */
export interface RepositoryFacts {
  /** Absolute: the folder with `.git`, which is the workspace or above it */
  readonly workTree: string;
  readonly gitDirectory: string;
  readonly commonDirectory: string;
  readonly objectFormat: "sha1" | "sha256";
  /** The branch's own remote, `origin`, or the only one */
  readonly remoteName?: string;
  /** Without user and password, as it's meant: see `RemoteAddress` */
  readonly remoteUrl?: string;
  /** Of all remotes */
  readonly remotes: readonly RemoteAddress[];
  /** What the repository sets, with what it includes */
  readonly settings: readonly GitSetting[];
  /** Whether it belongs to somebody else, who chose its remotes: git asks before it works there */
  readonly isForeign: boolean;
  /** Whether it's another remote than it would be without the branch in HEAD */
  readonly isBranchRemote: boolean;
  /** Short name; missing on a detached HEAD */
  readonly branch?: string;
  /** Object ids of HEAD and every ref */
  readonly tips: readonly string[];
  /** Facts that the user should know: a configuration that git can't read, a remote whose host can't be told */
  readonly configIssues: readonly string[];
}

/**
 * Reads the repository around a workspace without running git in it: what is in there may be an agent's work, and a
 * repository's settings name programs. Files are read beneath open folders; git only sees bytes on its stdin.
 * @param workspace real path
 */
export async function readRepositoryFacts(workspace: string): Promise<RepositoryFacts | undefined> {
  const workTree = findWorkTree(workspace, toRealPath(readHomeFolder()));
  using root = workTree === undefined ? undefined : openOrNothing(workTree);
  if (workTree === undefined || root === undefined) return undefined;
  try {
    const found = await locateGit(root, workTree);
    if (found.kind === "none" || found.kind === "unusable") return undefined;
    return await readFacts(root, workTree, found);
  } catch (error) {
    // What may not be read can't be the user's own choice of a remote
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

async function readFacts(
  root: Folder,
  workTree: string,
  found: GitLocation,
): Promise<RepositoryFacts | undefined> {
  using folder = openOrNothing(found.gitDirectory);
  using common = openOrNothing(found.commonDirectory);
  if (folder === undefined || common === undefined) return undefined;
  const head = readLine(folder, "HEAD");
  if (head === undefined) return undefined;
  const content = common.read("config", maxConfigurationBytes);
  const [own, user] = await Promise.all([
    content === undefined ? [] : readConfiguration(content),
    readUserConfiguration(readWritableFolders(process.env)),
  ]);
  const settings = own ?? [];
  const branch = toBranch(head);
  const remoteName = chooseRemote(settings, branch);
  // Of several, git fetches from the first
  const written =
    remoteName && settings.find(({ key }) => key === `remote.${remoteName}.url`)?.value;
  const addresses: AddressPlace = { user, resolveHost };
  const remote = written ? toRemoteAddress(written, addresses) : undefined;
  const parts = [root.ownFacts(), folder.ownFacts(), root.facts(".git") ?? []].flat();
  const owners = { uids: parts.map(({ uid }) => uid), path: workTree };
  return {
    workTree,
    isBranchRemote: remoteName !== chooseRemote(settings, undefined),
    isForeign: !isOwnRepository(owners, user),
    gitDirectory: found.gitDirectory,
    commonDirectory: found.commonDirectory,
    objectFormat: lastValue(settings, "extensions.objectformat") === "sha256" ? "sha256" : "sha1",
    tips: await readTips(folder, common),
    remotes: readRemoteAddresses(settings, addresses),
    settings: await withOthers(settings, [
      [common, found.commonDirectory, "config"],
      [folder, found.gitDirectory, "config.worktree"],
    ]),
    configIssues: [
      ...(own === undefined ? ["git can't read the repository's configuration"] : []),
      ...(remote?.issue === undefined ? [] : [toRemoteIssue(remote)]),
    ],
    ...given({ branch, remoteName, remoteUrl: remote?.url }),
  };
}

/** By the user's own SSH configuration. */
export function resolveHost(host: string, user: string): SshHost {
  const writable = readWritableFolders(process.env);
  return resolveSshHost(host, { user, home: readHomeFolder(), writable });
}

/** What to do about a remote whose host can't be told. */
function toRemoteIssue({ url, issue = "" }: RemoteAddress): string {
  const remote = parseRemoteUrl(url);
  const host = quoted(remote?.host ?? url, maxToldLength);
  const example = toShellWord(`https://HOST${remote?.path ?? ""}`);
  return `the host ${host} of the repository's remote can't be told: ${issue}; if you know it: --git ${example}`;
}

/** With the settings of this work tree, and of the files that are included. */
async function withOthers(
  shared: readonly GitSetting[],
  places: readonly (readonly [folder: Folder, path: string, name: string])[],
): Promise<readonly GitSetting[]> {
  const hasOwn = lastValue(shared, "extensions.worktreeconfig") !== undefined;
  const isMore = hasOwn || shared.some(({ key }) => key.startsWith("include"));
  if (!isMore) return shared;
  const { withIncluded } = await import("./pointed/included-settings.ts");
  const budget = createScanBudget(startLimits);
  const all: GitSetting[] = [];
  for (const [folder, configFolder, name] of hasOwn ? places : places.slice(0, 1)) {
    const own = { settings: await readSettingsIn(folder, name, budget), configFolder };
    try {
      for (const { settings } of await withIncluded(own, budget)) {
        for (const setting of settings) all.push(setting);
      }
    } catch (error) {
      // The start says so by itself
      if (!isVaultboxError(error, "VBX_WORKSPACE_UNSAFE")) throw error;
      for (const setting of own.settings) all.push(setting);
    }
  }
  return all;
}
