import { posix } from "node:path";
import { readHomeFolder } from "../../base/home-folder.ts";
import type { GitSetting } from "../git-dir/git-setting.ts";
import { toWords } from "./words.ts";

// Files that git's settings name as the place of a secret, whatever they're called.

/** A file that a setting names. */
export interface NamedFile {
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
export function toNamedFiles(
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
