import { withoutUserInfo, withoutUserOfHost } from "./address.ts";
import { isCommandReference, isSecretSetting } from "./secret-names.ts";
import { hideSecretsInText } from "./secret-text.ts";
import { readHead, readValue } from "./settings-syntax.ts";

/** Settings whose whole value is an address, whatever is in it */
const addressName = /(?:url|insteadof|proxy|default|push)$/i;
const addressValue = /^[\w.+-]+:\/\//;
/** `user:password@host`, as git takes it for a proxy (git-config(1), http.proxy) */
const userOfProxy = /^[^\s@/":]*:.*@/s;

/** No program has a longer one: all of it is hidden, characters */
const maxSectionLength = 32 * 1024;
/** Lines that are looked at in one step, characters */
const maxStepLength = 16 * 1024;
/** JSON is looked at in one step; what is longer is read as lines, characters */
const maxObjectLength = 1024 * 1024;

/**
 * A file of settings without the secrets in it; byte for byte the same elsewhere. It's read as git reads its own
 * (git-config(1), "syntax"): values may be in quotes and go on in the next line. Files of other systems have fewer forms.
 */
export function withoutSecrets(content: Buffer): Buffer {
  const steps = withoutSecretsByStep(content);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same in steps that are short each, whatever is in the file. */
export function* withoutSecretsByStep(content: Buffer): Generator<void, Buffer> {
  const text = content.toString("latin1");
  const isObject = text.length <= maxObjectLength && text.trimStart().startsWith("{");
  const clean = (isObject ? hideInObject(text) : undefined) ?? (yield* hideInSettings(text));
  return clean === text ? content : Buffer.from(clean, "latin1");
}

function* hideInSettings(text: string): Generator<void, string> {
  let clean = "";
  // Beginning of the lines before `at` that are no settings, which are looked at together
  let from = 0;
  let isAlias = false;
  for (let at = 0; at < text.length;) {
    const { blank, section, behind, name, sign, length } = readHead(text, at);
    if (section === undefined && name === undefined) {
      at = text.indexOf("\n", at) + 1 || text.length;
      if (at - from < maxStepLength) continue;
      clean += hideSecretsInText(text.slice(from, at));
      from = at;
      yield;
      continue;
    }
    yield;
    clean += hideSecretsInText(text.slice(from, at)) + blank;
    if (section !== undefined) {
      isAlias = /^\s*alias\b/i.test(section);
      clean += `[${hideInSection(section)}]${behind}`;
    }
    at += length;
    if (name !== undefined) {
      const { shown, end } = hideInSetting(text, { name, sign, from: at, isAlias });
      clean += shown;
      at = end;
    }
    from = at;
  }
  return clean + hideSecretsInText(text.slice(from));
}

/** The part in quotes may be an address; that of a condition is none. */
function hideInSection(section: string): string {
  if (section.length > maxSectionLength) return "hidden";
  if (/^\s*includeif\b/i.test(section) && !section.includes("://")) return section;
  return section.replace(/"((?:[^"\\\n]|\\.)*)"/, (whole, written: string) => {
    const name = written.replaceAll(/\\(.)/g, "$1");
    const shown = hideSecretsInText(withoutUserInfo(name));
    return shown === name ? whole : `"${shown.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
}

/** Where a setting is. */
interface SettingPlace {
  readonly name: string;
  /** With the blanks around it */
  readonly sign: string;
  /** Offset of the value */
  readonly from: number;
  /** The user chose its name */
  readonly isAlias: boolean;
}

function hideInSetting(
  text: string,
  { name, sign, from, isAlias }: SettingPlace,
): { readonly shown: string; readonly end: number } {
  const { value, commentAt, end } = readValue(text, from);
  const written = text.slice(from, end);
  const lineEnd = /\r?\n?$/.exec(written.slice(-2))?.[0] ?? "";
  if (!isAlias && isSecretSetting(name, value))
    return { shown: `# a secret was here${lineEnd}`, end };
  // A `#` in a password ends the value for git, and not for who wrote it
  const comment = text.slice(commentAt, end);
  const isWhole = commentAt === end || /\s/.test(text[commentAt - 1] ?? "");
  const whole = isWhole ? value : value + comment.trimEnd();
  const clean = hideInValue(name, whole);
  if (clean !== whole) return { shown: `${name}${sign}${quote(clean)}${lineEnd}`, end };
  // People forget that a `;` outside of quotes ends a command for git
  const shownComment = hideSecretsInText(
    comment,
    value.startsWith("!") ? isCommandReference : undefined,
  );
  return { shown: name + sign + text.slice(from, commentAt) + shownComment, end };
}

function hideInValue(name: string, value: string): string {
  if (addressName.test(name) || addressValue.test(value)) {
    const isProxy = /proxy$/i.test(name);
    // Before anything else: what looks like a scheme behind the user's name is part of the password
    const own = isProxy && !addressValue.test(value) ? value.replace(userOfProxy, "") : value;
    // A blank may be in a password, or part two addresses
    const bare = own.split("://").length > 2 ? own : withoutUserOfHost(withoutUserInfo(own));
    return hideSecretsInText(isProxy ? bare.replace(userOfProxy, "") : bare);
  }
  return hideSecretsInText(value, isCommandReference);
}

/** JSON keeps its form, so that programs can go on reading it; undefined for what is none. */
function hideInObject(text: string): string | undefined {
  try {
    let isChanged = false;
    const shown: unknown = JSON.parse(text, (key, value: unknown) => {
      if (typeof value !== "string") return value;
      const clean = isSecretSetting(key, value) ? "hidden" : hideInValue(key, value);
      isChanged ||= clean !== value;
      return clean;
    });
    return isChanged ? `${JSON.stringify(shown, undefined, 2)}\n` : text;
  } catch {
    return undefined;
  }
}

function quote(value: string): string {
  return /^[\w./:@+=,~!$?&'|() -]*$/.test(value) && value.trim() === value
    ? value
    : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
