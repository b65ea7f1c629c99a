import { withoutUserInfo, withoutUserOfHost } from "./address.ts";
import { isCommandReference, isSecretSetting } from "./secret-names.ts";
import { hideSecretsInText } from "./secret-text.ts";

/** A section, a name with `=`, or both on one line */
const setting =
  /([ \t]*)(?:\[((?:[^"\]\\\n]|"(?:[^"\\\n]|\\.)*")*)\]([ \t]*))?(?:([A-Za-z][\w.:-]*)([ \t]*=[ \t]*))?/y;
/** Settings whose whole value is an address, whatever is in it */
const addressName = /(?:url|insteadof|proxy|default|push)$/i;
const addressValue = /^[\w.+-]+:\/\//;
/** `user:password@host`, as git takes it for a proxy (git-config(1), http.proxy) */
const userOfProxy = /^[^\s@/":]*:.*@/s;

/**
 * A file of settings without the secrets in it; byte for byte the same elsewhere. It's read as git reads its own
 * (git-config(1), "syntax"): values may be in quotes and go on in the next line. Files of other systems have fewer forms.
 */
export function withoutSecrets(content: Buffer): Buffer {
  const text = content.toString("latin1");
  const clean = text.trimStart().startsWith("{") ? hideInObject(text) : hideInSettings(text);
  return clean === text ? content : Buffer.from(clean, "latin1");
}

function hideInSettings(text: string): string {
  let clean = "";
  // Beginning of the lines before `at` that are no settings, which are looked at together
  let from = 0;
  let isAlias = false;
  for (let at = 0; at < text.length;) {
    setting.lastIndex = at;
    const [start = "", blank = "", section, behind = "", name, sign = ""] =
      setting.exec(text) ?? [];
    if (section === undefined && name === undefined) {
      at = text.indexOf("\n", at) + 1 || text.length;
      continue;
    }
    clean += hideSecretsInText(text.slice(from, at)) + blank;
    if (section !== undefined) {
      isAlias = /^\s*alias\b/i.test(section);
      clean += `[${hideInSection(section)}]${behind}`;
    }
    at += start.length;
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
    // A blank may be in a password, or part two addresses
    const bare = value.split("://").length > 2 ? value : withoutUserOfHost(withoutUserInfo(value));
    return hideSecretsInText(/proxy$/i.test(name) ? bare.replace(userOfProxy, "") : bare);
  }
  return hideSecretsInText(value, isCommandReference);
}

/** JSON keeps its form, so that programs can go on reading it; what is none is text. */
function hideInObject(text: string): string {
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
    return hideInSettings(text);
  }
}

/** A value without quotes, escapes, continued lines and a comment; where that begins, and where the last line ends. */
function readValue(
  text: string,
  from: number,
): { readonly value: string; readonly commentAt: number; readonly end: number } {
  let value = "";
  let isQuoted = false;
  let commentAt: number | undefined;
  let index = from;
  for (; index < text.length && text[index] !== "\n"; index++) {
    const letter = text[index] ?? "";
    if (commentAt !== undefined) continue;
    if (letter === "\\") {
      index++;
      if (text[index] === "\r" && text[index + 1] === "\n") index++;
      const next = text[index] ?? "";
      if (next !== "\n") value += next === "n" || next === "t" ? " " : next;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (letter === "#" || letter === ";")) commentAt = index;
    else value += letter;
  }
  const end = Math.min(index + 1, text.length);
  return { value: value.trim(), commentAt: commentAt ?? end, end };
}

function quote(value: string): string {
  return /^[\w./:@+=,~!$?&'|() -]*$/.test(value) && value.trim() === value
    ? value
    : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
