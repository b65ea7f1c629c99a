// Secrets within a text of settings, by what is around them or by their own form. The text may be a sandbox's work: no
// expression looks at a character more than a few times.

/** Stands where a secret was. */
const hidden = "hidden";

const userInfo = /(?<![a-z0-9+.-])([a-z0-9+.-]+:\/\/)([^\s/?#@"\\]*)@/gi;
/** A name of a secret and its value, as in a command, a query or a form */
const named =
  /((?:password|passwd|passphrase|[_-]?token|secret|api[_-]?key|access[_-]?key|private[_-]?key)["']?[ \t]{0,8}[=:][ \t]{0,8}["']?)(?![$%{])[^\s"'&;\\]+/gi;
const queried = /([?&](?:key|sig|signature|auth|code|pwd|pass)=)[^\s"'&;\\]+/gi;
const header = /((?:authorization|cookie)["']?[:=][ \t]{0,8})(?![$%{])[^"'\n\\]+/gi;
const scheme = /((?:bearer|basic|token)[ \t]{1,8})[\w+/.~=-]{8,}/gi;
const option = /(sshpass[ \t]{1,8}-p[ \t]{0,8})[^\s"']+/gi;
/** Forms that services give their tokens, so that they can be found */
const token =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20}|github_pat_[A-Za-z0-9_]{20}|gl[a-z]{2,6}-[\w-]{15}|xox[a-z]-[\w-]{10}|sk-[\w-]{20}|A[KS]IA[A-Z0-9]{16}|npm_[A-Za-z0-9]{30}|pypi-[\w-]{20}|eyJ[\w-]{10}|AIza[\w-]{30}|AT[A-Z]{2,4}[\w-]{20}|dckr_pat_[\w-]{20}|hf_[A-Za-z0-9]{30}|dop_v1_[a-f0-9]{40}|ya29\.[\w-]{20})[\w.=-]*/g;

/** A text without the secrets in it. */
export function hideSecretsInText(text: string): string {
  return text
    .replaceAll(userInfo, (_, start: string, user: string) =>
      // The user of SSH is part of how the host is reached, and no secret
      /^(?:git\+|svn\+)?ssh/i.test(start) ? `${start}${user.replace(/:.*/, "")}@` : start,
    )
    .replaceAll(header, `$1${hidden}`)
    .replaceAll(named, `$1${hidden}`)
    .replaceAll(queried, `$1${hidden}`)
    .replaceAll(scheme, `$1${hidden}`)
    .replaceAll(option, `$1${hidden}`)
    .replaceAll(token, hidden);
}

/**
 * Names of settings that hold a secret. Of git's documentation (Documentation/config, 2.55): `http.extraHeader`,
 * `imap.pass`, `sendemail.smtpPass`, `gitcvs.dbPass`, `receive.certNonceSeed`, `remote.*.token`; the other endings are
 * those of settings that other programs keep in git's configuration, such as `gitlab.token` and `hub.oauthToken`.
 */
const secretName =
  /(?:extraheader|nonceseed|pass|password|passwd|passphrase|pwd|token|secret|apikey|accesskey|secretkey|privatekey|authorization|cookie|credentials?|oauth|pat)$/;
/** Settings that end like one and hold none */
const plainName = /(?:askpass|bypass|creationtoken)$/;
const plainValue = /^(?:true|false|yes|no|on|off|auto|always|never|[01])?$/i;

/** Whether a setting of this name holds a secret; a switch is none. */
export function isSecretSetting(key: string, value: string): boolean {
  const name = key.toLowerCase().replaceAll(/[_-]/g, "");
  return secretName.test(name) && !plainName.test(name) && !plainValue.test(value);
}
