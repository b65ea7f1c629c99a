/**
 * Names of settings, variables, options and fields that hold a secret. Of git's documentation (Documentation/config,
 * 2.55): `http.extraHeader`, `imap.pass`, `sendemail.smtpPass`, `gitcvs.dbPass`, `receive.certNonceSeed`,
 * `remote.*.token`; the other endings are those of settings that other programs keep in git's configuration, such as
 * `gitlab.token` and `hub.oauthToken`, and of npm's (`_auth`, `_authToken`, `_password`).
 */
const secretName =
  /(?:extraheader|nonceseed|pass|password|passwd|passphrase|passcode|pwd|token|secret|(?:api|access|secret|private|account|storage|auth|license|encryption|shared)key|authorization|authentication|cookie|credentials?|oauth|bearer|npmauthident)$/;
/** The same, where they are a word of their own */
const secretWord = /(?:^|[._-]|(?<=[a-z])(?=P))(?:auth|pat)$/i;
/** Names that end like one and hold none */
const plainName = /(?:askpass|bypass|compass|encompass|creationtoken)$/;
const plainValue = /^(?:true|false|yes|no|on|off|auto|always|never|none|null|[01])?$/i;

/** Whether something of this name holds a secret. */
export function isSecretName(name: string): boolean {
  if (secretWord.test(name)) return true;
  const plain = name.toLowerCase().replaceAll(/[._-]/g, "");
  return secretName.test(plain) && !plainName.test(plain);
}

/** Whether a setting of this name holds a secret; a switch is none. */
export function isSecretSetting(key: string, value: string): boolean {
  return isSecretName(key) && !isPlainValue(value);
}

export function isPlainValue(value: string): boolean {
  return plainValue.test(value);
}

/** Whether a value only says where a secret comes from, in the spelling of one program. */
export type ReferenceTest = (value: string) => boolean;

/** Of shells and formats: a variable without a default, a command, a field, a place to fill in */
const inCommand =
  /^(?:x{3,}|\*+|\.\.\.|(?:\$(?:[A-Za-z_]\w*|[\d@*?!#]|\{[\w@*?!#]+\})|%[a-z]|\{\w+\})*(?:(?:\$\(|`)[\w./~<$|:=, -]+[`)]?|\{\{[\w .|]+\}\}|%\w+%|<[\w -]*>)?)$/;
/** Ends of a command around a value, a character each */
const behindValue = /["'`;,)\]}&|\\]$/;
const maxBehind = 8;

export const isCommandReference = createReferenceTest(inCommand);

export function createReferenceTest(reference: RegExp): ReferenceTest {
  return (value) => {
    if (value === "") return false;
    let bare = value.replace(/^["']/, "");
    for (let left = maxBehind; left > 0 && !reference.test(bare); left--) {
      if (!behindValue.test(bare)) return false;
      bare = bare.slice(0, -1);
    }
    return reference.test(bare);
  };
}
