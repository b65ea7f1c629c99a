import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import type { Folder } from "../../../files/beneath.ts";
import { findWorkTree, locateGit, readLine, type GitLocation } from "./git-location.ts";
import { openOrNothing } from "../host-path.ts";
import { lastValue, type GitSetting } from "./git-setting.ts";
import {
  maxConfigurationBytes,
  readConfiguration,
  readUserConfiguration,
} from "./git-configuration.ts";
import { readTips } from "./repository-tips.ts";

/** What is known of the workspace's own repository at launch; the sandbox can't change any of it afterwards. */
export interface RepositoryFacts {
  /** Absolute: the folder with `.git`, which is the workspace or above it */
  readonly workTree: string;
  readonly gitDirectory: string;
  readonly commonDirectory: string;
  readonly objectFormat: "sha1" | "sha256";
  /** The branch's own remote, `origin`, or the only one */
  readonly remoteName?: string;
  /** After the user's own `url.*.insteadOf`, without user and password */
  readonly remoteUrl?: string;
  /** Short name; missing on a detached HEAD */
  readonly branch?: string;
  /** Object ids of HEAD and every ref */
  readonly tips: readonly string[];
  /** Facts that the user should know: a configuration that git can't read, a `.git` file that leads nowhere */
  readonly configIssues: readonly string[];
}

/**
 * Reads the repository around a workspace without running git in it: what is in there may be an agent's work, and a
 * repository's settings name programs. Files are read beneath open folders; git only sees bytes on its stdin.
 * @param workspace real path
 */
export async function readRepositoryFacts(workspace: string): Promise<RepositoryFacts | undefined> {
  const workTree = findWorkTree(workspace, toHome());
  using root = workTree === undefined ? undefined : openOrNothing(workTree);
  if (workTree === undefined || root === undefined) return undefined;
  const found = await locateGit(root, workTree);
  if (found.kind === "none" || found.kind === "unusable") return undefined;
  using folder = openOrNothing(found.gitDirectory);
  using common = openOrNothing(found.commonDirectory);
  if (folder === undefined || common === undefined) return undefined;
  return await readFacts({ workTree, found, folder, common });
}

async function readFacts(place: {
  readonly workTree: string;
  readonly found: GitLocation;
  readonly folder: Folder;
  readonly common: Folder;
}): Promise<RepositoryFacts | undefined> {
  const { workTree, found, folder, common } = place;
  const head = readLine(folder, "HEAD");
  if (head === undefined) return undefined;
  const content = common.read("config", maxConfigurationBytes);
  const [own, user] = await Promise.all([
    content === undefined ? [] : readConfiguration(content),
    readUserConfiguration(),
  ]);
  const settings = own ?? [];
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  const remoteName = chooseRemote(settings, branch);
  const written = remoteName && lastFirst(settings, `remote.${remoteName}.url`);
  return {
    workTree,
    gitDirectory: found.gitDirectory,
    commonDirectory: found.commonDirectory,
    objectFormat: lastValue(settings, "extensions.objectformat") === "sha256" ? "sha256" : "sha1",
    tips: readTips(folder, common),
    configIssues: own === undefined ? ["git can't read the repository's configuration"] : [],
    ...(branch === undefined ? {} : { branch }),
    ...(remoteName === undefined ? {} : { remoteName }),
    ...(written === undefined ? {} : { remoteUrl: withoutUserInfo(applyInsteadOf(written, user)) }),
  };
}

/** As git fetches from: of several URLs the first. */
function lastFirst(settings: readonly GitSetting[], key: string): string | undefined {
  return settings.find((setting) => setting.key === key)?.value;
}

function chooseRemote(
  settings: readonly GitSetting[],
  branch: string | undefined,
): string | undefined {
  const names = new Set(settings.flatMap(({ key }) => /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? []));
  const own = branch === undefined ? undefined : lastValue(settings, `branch.${branch}.remote`);
  if (own !== undefined && names.has(own)) return own;
  if (names.has("origin")) return "origin";
  return names.size === 1 ? [...names][0] : undefined;
}

/** The longest prefix wins (git-config(1), `url.<base>.insteadOf`). */
export function applyInsteadOf(url: string, settings: readonly GitSetting[]): string {
  let best = { prefix: "", base: "" };
  for (const { key, value = "" } of settings) {
    const base = /^url\.(.+)\.insteadof$/s.exec(key)?.[1];
    if (base === undefined || value === "" || !url.startsWith(value)) continue;
    if (value.length > best.prefix.length) best = { prefix: value, base };
  }
  return best.base + url.slice(best.prefix.length);
}

/** Of a URL with a scheme; the user of `git@host:path` is part of how SSH reaches it and no secret. */
export function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, (whole, scheme: string) =>
    /^ssh|^git\+ssh/i.test(scheme) ? whole.replace(/:[^/@]*@/, "@") : scheme,
  );
}

function toHome(): string {
  try {
    return realpathSync(homedir());
  } catch {
    return homedir();
  }
}
