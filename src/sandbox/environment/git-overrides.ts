import { posix } from "node:path";
import { quoted } from "../../base/printable.ts";
import { proxyUrl } from "../sandbox-network.ts";
import { gitFiles } from "./git-config.ts";
import { isTrue, lastValue, type GitSetting } from "../../workspace/git-dir/git-setting.ts";

// Settings of a repository count more than those of the machine, and some can't work in a sandbox: a proxy, a helper or a
// program of the host. Git takes settings from its environment too, which count more than any file's (git-config(1),
// "GIT_CONFIG_COUNT"); what a command says with `-c` still counts more than these.

/** What git in the sandbox is told over the heads of repositories. */
export interface GitOverrides {
  readonly settings: readonly (readonly [key: string, value: string])[];
  /** What is otherwise than the repository says, for the user */
  readonly notes: readonly string[];
}

/** What git is told of a session. */
export interface OverridingSession {
  /** Line of the public key, when the session signs */
  readonly signingKey: string | undefined;
  /** Of the key that the proxy's certificates are for, as of `SessionCa` */
  readonly pin: string;
}

export function toGitOverrides(
  settings: readonly GitSetting[],
  { signingKey, pin }: OverridingSession,
): GitOverrides {
  const own = new Map(settings.map((setting) => [setting.key, setting]));
  const all: (readonly [string, string])[] = [
    ["http.proxy", proxyUrl],
    // Forgets those before it, of whatever address
    ["credential.helper", ""],
  ];
  for (const key of own.keys()) {
    if (/^(?:http|remote)\..+\.proxy$/s.test(key)) all.push([key, proxyUrl]);
    if (/^http\.(?:.+\.)?pinnedpubkey$/s.test(key)) all.push([key, pin]);
  }
  if (own.has("core.askpass")) all.push(["core.askPass", ""]);
  if (own.has("core.fsmonitor")) all.push(["core.fsmonitor", "false"]);
  for (const [key, fallback] of programs) {
    const value = lastValue(settings, key);
    const replaced = value === undefined ? undefined : withFallback(value, fallback);
    if (replaced !== undefined) all.push([key, replaced]);
  }
  const signing = toSigning(own, signingKey);
  return { settings: [...all, ...signing.settings], notes: signing.notes };
}

/** The environment that says so, after what is said in it already. */
export function toOverrideVariables(
  { settings }: Pick<GitOverrides, "settings">,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const text = env["GIT_CONFIG_COUNT"] ?? "0";
  const before = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  const variables: Record<string, string> = {
    GIT_CONFIG_COUNT: String(before + settings.length),
  };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${before + index}`] = key;
    variables[`GIT_CONFIG_VALUE_${before + index}`] = value;
  }
  return variables;
}

/**
 * Variables for a repository that names a certificate of the user's: git ends when it can't read one. Nobody in the sandbox
 * is asked for it, so it gets one that is worth nothing.
 */
export function toCertificateVariables(
  settings: readonly GitSetting[],
): Readonly<Record<string, string>> {
  const path = gitFiles.clientCertificate;
  return namesCertificate(settings) ? { GIT_SSL_CERT: path, GIT_SSL_KEY: path } : {};
}

export function namesCertificate(settings: readonly GitSetting[]): boolean {
  return settings.some(({ key }) => /^http\.(?:.+\.)?sslcert$/s.test(key));
}

/** Programs of the user's machine, and what is used where the image hasn't got them. */
const programs = [
  ["core.editor", "vi"],
  ["sequence.editor", "vi"],
  ["core.pager", "cat"],
] as const;

/** A command that git runs with a shell, and adds arguments to; undefined for one whose program can't be told. */
function withFallback(command: string, fallback: string): string | undefined {
  const word = /^\s*([\w./+-]+)(?:\s|$)/.exec(command)?.[1];
  if (word === undefined || posix.basename(word) === fallback) return undefined;
  return `vbx() { if command -v ${word} >/dev/null 2>&1; then ${command} "$@"; else ${fallback} "$@"; fi; }; vbx`;
}

const asksToSign = ["commit.gpgsign", "tag.gpgsign", "tag.forcesignannotated", "push.gpgsign"];
const signingSettings =
  /^(?:commit\.gpgsign|tag\.gpgsign|user\.signingkey|gpg\.(?:format|ssh\.(?:program|allowedsignersfile)))$/;

/** A session that signs does so with its own key; another one has none. */
function toSigning(
  own: ReadonlyMap<string, GitSetting>,
  signingKey: string | undefined,
): GitOverrides {
  if (signingKey !== undefined) {
    if (![...own.keys()].some((key) => signingSettings.test(key))) return nothing;
    return {
      settings: [
        ["user.signingKey", `key::${signingKey}`],
        ["gpg.format", "ssh"],
        ["gpg.ssh.program", gitFiles.signProgram],
        ["gpg.ssh.allowedSignersFile", gitFiles.allowedSigners],
        ["commit.gpgSign", "true"],
        ["tag.gpgSign", "true"],
      ],
      notes: [],
    };
  }
  const asked = asksToSign.filter((key) => isAsked(own.get(key)));
  const [first] = asked;
  if (first === undefined) return nothing;
  return {
    settings: asked.map((key) => [key, "false"]),
    notes: [
      `the repository's ${quoted(first)} asks for signatures, and the sandbox has no key: nothing is signed in it; to sign: vaultbox run --sign NAME`,
    ],
  };
}

const nothing: GitOverrides = { settings: [], notes: [] };

/** `push.gpgSign` may also be `if-asked`. */
function isAsked(setting: GitSetting | undefined): boolean {
  return isTrue(setting) || setting?.value === "if-asked";
}
