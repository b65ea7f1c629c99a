import { posix, dirname, join } from "node:path";
import { readHomeFolder } from "../../base/home-folder.ts";
import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import type { GitSetting } from "../git-dir/git-setting.ts";
import { toWords } from "./words.ts";
import { toNames, toRealPath } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { withIncluded } from "../git-dir/pointed/included-settings.ts";
import { maxConfigurationBytes, readConfiguration } from "../git-dir/git-configuration.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { matches, type HideRules } from "./hide-rules.ts";
import { holdsPrivateKey } from "./secret-files.ts";

// Files that git's settings name as the place of a secret, whatever they're called.

/** A file that a setting names. */
interface NamedFile {
  /** Absolute, cleaned of `.` and `..` */
  readonly path: string;
  /** Whether nothing but a secret is there; otherwise a private key has to be in it */
  readonly isSecret: boolean;
}

/** git-config(1): `http.cookieFile`, `http.sslKey`, `http.proxySSLKey`, `sendemail.smtpSSLClientKey`, with their URLs */
const secretFile = /^(?:http\.(?:.+\.)?(?:cookiefile|sslkey|proxysslkey)|sendemail\..*clientkey)$/s;
/** Where a key may be beside its certificate, or a public one (`user.signingKey` of gpg.format=ssh) */
const keyFile = /^(?:http\.(?:.+\.)?(?:sslcert|proxysslcert)|user\.signingkey|gpg\..*file)$/s;
const command =
  /^(?:alias\..+|core\.(?:sshcommand|gitproxy)|credential\.(?:.+\.)?helper|imap\.tunnel|.+\.(?:clean|smudge|process|textconv|driver|cmd|program|command|proxy|vcs|proc-receive))$/s;
/** git-credential-store(1), git-credential-netrc, curl(1); ssh(1) */
const secretOption = /^(?:--file|--netrc-file|--store|-f)$/;
const keyOption = /^(?:-i|--key|--private-key)$/;
const joinedOption = /^(?:--(?:file|netrc-file|store|key)=|-i(?=[^-])|(?:-o)?IdentityFile=)(.+)$/is;
const maxWords = 200;

/** @param folders that a relative path may be from: where git starts programs, and where the settings are */
function toNamedFiles(
  settings: readonly GitSetting[],
  folders: readonly string[],
): readonly NamedFile[] {
  return settings.flatMap(({ key, value = "" }) => {
    if (secretFile.test(key)) return toFiles(value, folders, true);
    if (keyFile.test(key)) return toFiles(value, folders, false);
    return command.test(key) ? toFilesOfCommand(key, value, folders) : [];
  });
}

function toFilesOfCommand(
  key: string,
  value: string,
  folders: readonly string[],
): readonly NamedFile[] {
  const words = toWords(value).slice(0, maxWords);
  const isSsh = words.some(({ text }) => /(?:^|[/!])(?:ssh|scp|sftp)(?:\.exe)?$/.test(text));
  const isHelper = key.endsWith(".helper");
  return words.flatMap(({ text }, index) => {
    const option = words[index - 1]?.text ?? "";
    const joined = joinedOption.exec(text)?.[1];
    const isSecret =
      (isHelper && (secretOption.test(option) || joined !== undefined)) ||
      (isSsh && (keyOption.test(option) || joined !== undefined));
    // `!f() { cat <keys/token; }`
    const name = (joined ?? text).replaceAll(/^[<!(]+|(?<![;)&|])[;)&|]+$/g, "");
    return toFiles(name, folders, isSecret);
  });
}

function toFiles(
  value: string,
  folders: readonly string[],
  isSecret: boolean,
): readonly NamedFile[] {
  const written = value.replace(/^(?:~|\$HOME|\$\{HOME\})\//, `${readHomeFolder()}/`);
  if (written === "" || written.endsWith(".pub")) return [];
  return folders.map((folder) => ({ path: posix.resolve(folder, written), isSecret }));
}

/** Where repositories are, and what looking through their settings may cost. */
interface NamedPlace {
  readonly root: Folder;
  /** Absolute real path of `root` */
  readonly path: string;
  readonly rules: HideRules;
  readonly budget: ScanBudget;
}

/** Settings without one of these name no file with a secret */
const sign = /file|key|cert|ssh|include|helper|alias/i;

/** Names of the files beneath a root that the settings of its repositories name as the place of a secret. */
export async function findNamedSecrets(
  gitDirs: readonly GitDir[],
  place: NamedPlace,
): Promise<readonly Names[]> {
  const found = new Map<string, readonly string[]>();
  for (const { names, shape } of gitDirs) {
    if (!(await place.budget.turn())) break;
    if (shape === "file" || shape === "link" || shape === "other") continue;
    for (const file of await readNamedFiles(names, place)) {
      const inside = toHidden(file, place);
      if (inside !== undefined) found.set(inside.join("/"), inside);
    }
  }
  return [...found.values()];
}

async function readNamedFiles(
  names: Names,
  { root, path, budget }: NamedPlace,
): Promise<readonly NamedFile[]> {
  using folder = orNothing(() => root.openPath(names));
  const configFolder = join(path, ...names);
  const all: NamedFile[] = [];
  for (const name of ["config", "config.worktree"]) {
    const content = folder?.read(name, maxConfigurationBytes);
    budget.spend("bytes", content?.length);
    if (content === undefined || !sign.test(content.toString("latin1"))) continue;
    const settings = (await readConfiguration(content, budget)) ?? [];
    const folders = [dirname(configFolder), configFolder];
    for (const one of await withIncluded({ settings, configFolder }, budget)) {
      for (const file of toNamedFiles(one.settings, folders)) all.push(file);
    }
  }
  return all;
}

function toHidden(
  { path, isSecret }: NamedFile,
  { root, path: base, rules }: NamedPlace,
): readonly string[] | undefined {
  if (toNames(base, path) === undefined) return undefined;
  const real = toRealPath(path);
  const names = real === undefined ? undefined : toNames(base, real);
  if (names === undefined || names.length === 0 || matches(rules.shown, names.join("/")))
    return undefined;
  using parent = orNothing(() => root.openPath(names.slice(0, -1)));
  const name = names.at(-1) ?? "";
  if (orNothing(() => parent?.facts(name))?.kind !== "file") return undefined;
  if (parent === undefined || (!isSecret && !holdsPrivateKey(parent, name))) return undefined;
  return names;
}
