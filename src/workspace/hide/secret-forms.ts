import { likelyToken } from "../../base/token-forms.ts";
import { isPlainValue, isSecretName, type ReferenceTest } from "./secret-names.ts";
import type { Word } from "./words.ts";

/** Offset in a word's text where a secret begins; undefined when the word isn't of a form. */
type FindSecret = (word: Word, before: Before) => number | undefined;

/** What stands before a word, and how its line is read. */
export interface Before {
  /** Texts of the words before it, in order */
  readonly words: readonly string[];
  readonly isReference: ReferenceTest;
}

/** Parameters that say nothing of who asks */
const plainParameter =
  /^(?:service|ref|branch|tag|path|version|v|format|type|lang|q|query|search|page|per_?page|limit|offset|sort|order|depth|name|id|project|repo|filter|state|recursive|raw|download|api-version)$/i;
/** Headers of curl and git that say nothing of who asks (RFC 9110) */
const plainHeader =
  /^(?:accept.*|content-.*|user-agent|host|range|if-.*|cache-control|origin|referer|depth|connection|expect|pragma|x-requested-with|x-github-api-version|git-protocol|date|via|te|prefer)$/i;
/** Programs whose `-p` has the password behind it, and those that take it as the next word */
const attachedPassword =
  /(?:^|[/!;&|(`])(?:mysql\w*|mariadb[\w-]*|sshpass|7z[ar]?|unrar|rar|xtrabackup|docker|podman)$/;
const nextPassword =
  /(?:^|[/!;&|(`])(?:sshpass|docker|podman|mongo\w*|az|helm|skopeo|buildah|nerdctl)$/;
/** Places in a line where a secret may stand. */
const forms: readonly FindSecret[] = [
  // What services say of their tokens
  ({ text }) => likelyToken.exec(text)?.index,
  // environ(7), INI, YAML, RFC 9110: NAME=value, name: value
  findNamed,
  // The same, parted by blanks; --password value
  findAfterName,
  // RFC 3986, query
  findInQuery,
  // curl(1) -u -U -E, http(1) -a: user:password
  findUserOption,
  // curl(1) -H, git-config(1) http.extraHeader
  findHeader,
  // curl(1) -b
  findCookie,
  // mysql(1), sshpass(1), docker-login(1): -p
  findShortPassword,
  // RFC 9110, authentication schemes
  findAfterScheme,
  // openssl-passphrase-options(1)
  ({ text }) => (text.startsWith("pass:") ? 5 : undefined),
];

const plainText = /^[\w./<>]*$/;
/** RFC 9110 section 11; `token` is GitHub's and GitLab's */
const authScheme = /^(?:bearer|basic|token|digest|apikey)$/i;

/** Where in a word a secret begins; undefined when none does. What follows it in the line may be part of it. */
export function findSecret(word: Word, before: Before): number | undefined {
  const last = before.words.at(-1) ?? "";
  // Most words of a log: neither they nor the one before are a part of any form
  if (plainText.test(word.text) && plainText.test(last) && !authScheme.test(last)) {
    return likelyToken.exec(word.text)?.index;
  }
  let first: number | undefined;
  for (const find of forms) {
    const at = find(word, before);
    if (at !== undefined && (first === undefined || at < first)) first = at;
  }
  return first;
}

const name = /(?<![\w$.-])([\w-][\w.-]*)["']?[=:]+/g;

function findNamed({ text, literalFrom }: Word, before: Before): number | undefined {
  for (const match of text.matchAll(name)) {
    const from = match.index + match[0].length;
    // `scheme://`
    if ((match[0].endsWith(":") && text.startsWith("//", from)) || !isSecretName(match[1] ?? ""))
      continue;
    // Quotes around all of a command leave it one
    const isLiteral =
      literalFrom !== undefined && literalFrom <= from && (literalFrom > 0 || !/\s/.test(text));
    const value = toValue(text.slice(from, from + maxValueLength));
    // `${NAME:-}` has no default
    if (text.startsWith("${", match.index - 2) && /^[-=+?]?\}/.test(value)) continue;
    if (isValue(value, isLiteral ? literal : before)) return from;
  }
  return undefined;
}

/** What follows a name, without the scheme of an authorization */
function toValue(text: string): string {
  return /^\s*(?:(?:bearer|basic|token|digest)\s+)?(\S*)/i.exec(text)?.[1] ?? "";
}

/** More of a value isn't needed to say that it's no reference */
const maxValueLength = 256;
const literal: Before = { words: [], isReference: () => false };

function findAfterName({ text }: Word, before: Before): number | undefined {
  const { words } = before;
  const last = words.at(-1) ?? "";
  const isSign = last === "=" || last === ":" || last === "=>";
  const named = isSign ? (words.at(-2) ?? "") : last;
  const end = /(?:^|[^\w$.-])(-{0,2}[A-Za-z_][\w.-]*)["']?([=:]?)$/.exec(
    named.slice(-maxValueLength),
  );
  const [, word = "", sign = ""] = end ?? [];
  const isNamed = isSign || sign !== "" || /^--?[A-Za-z]/.test(word);
  if (!isNamed || !isSecretName(word.replace(/^-+/, ""))) return undefined;
  if (sign === "" && !isSign && text.startsWith("-")) return undefined;
  if (authScheme.test(text) || /^(?:[=:]|=>)$/.test(text)) return undefined;
  return isValue(text, before) ? 0 : undefined;
}

function findInQuery({ text }: Word, before: Before): number | undefined {
  const question = text.indexOf("?");
  if (question === -1) return undefined;
  for (const match of text.slice(question).matchAll(/[?&;]([\w.[\]~-]+)=([^&;#\s]*)/g)) {
    const [whole, parameter = "", value = ""] = match;
    if (plainParameter.test(parameter) || !isValue(value, before)) continue;
    return question + match.index + whole.length - value.length;
  }
  return undefined;
}

const userOption = /^(?:-[uUaE]|--(?:user|proxy-user|auth|cert|proxy-cert))$/;
const attachedUser =
  /^(?:-[uUE]|--?(?:user|proxy-user|auth|cert|proxy-cert)[=:]|(?:proxy-)?user[=:]"?)/;

function findUserOption(
  { text, literalFrom }: Word,
  { words, isReference }: Before,
): number | undefined {
  const last = words.at(-1) ?? "";
  // In .curlrc: `user = "me:password"`
  const isSetting = /^[=:]$/.test(last) && /^-{0,2}(?:proxy-)?user$/.test(words.at(-2) ?? "");
  const isNext = userOption.test(last) || isSetting || /^(?:proxy-)?user[=:]$/.test(last);
  const from = isNext ? 0 : (attachedUser.exec(text)?.[0].length ?? -1);
  const colon = from === -1 ? -1 : text.indexOf(":", from);
  if (colon === -1 || /^\d+:\d+$/.test(text.slice(from))) return undefined;
  const password = text.slice(colon + 1);
  const isKept = literalFrom === undefined && isReference(password);
  // A service may take its token as the user, with any password
  return isKept || (password === "" && colon - from < shortestToken) ? undefined : from;
}

const shortestToken = 16;

function findHeader(
  { text, literalFrom }: Word,
  { words, isReference }: Before,
): number | undefined {
  const last = words.at(-1) ?? "";
  const isNext = headerOption.test(last === "=" ? (words.at(-2) ?? "") : last);
  // Without the quotes around name and value, which git takes away
  const [, parted] = /^([^:]+):$/.exec(words.at(-1) ?? "") ?? [];
  if (parted !== undefined && headerOption.test(words.at(-2) ?? "")) {
    const isKept = plainHeader.test(parted) || isReference(text) || authScheme.test(text);
    return isKept ? undefined : 0;
  }
  const written = isNext ? text : (/^(?:-H|--(?:proxy-)?header=)(.*)$/s.exec(text)?.[1] ?? "");
  const colon = written.indexOf(":");
  if (colon === -1 || plainHeader.test(written.slice(0, colon))) return undefined;
  const value = written.slice(colon + 1).trim();
  const [, credential = value] = /^[A-Za-z]+ +(.*)$/s.exec(value) ?? [];
  if (value === "" || (literalFrom === undefined && isReference(credential))) return undefined;
  return text.length - written.length + colon + 1;
}

const headerOption = /^(?:-H|-{0,2}(?:proxy-)?header=?)$/i;

function findCookie({ text }: Word, { words, isReference }: Before): number | undefined {
  if (!/^(?:-b|--cookie)$/.test(words.at(-1) ?? "")) return undefined;
  const sign = text.indexOf("=");
  return sign === -1 || isReference(text.slice(sign + 1)) ? undefined : sign + 1;
}

function findShortPassword({ text, literalFrom }: Word, before: Before): number | undefined {
  const { words } = before;
  const recent = words.slice(-maxOptions);
  const own = recent.slice(recent.findLastIndex((word) => /^[;&|]+$|;$/.test(word)) + 1);
  const isOf = (programs: RegExp): boolean => own.some((word) => programs.test(word));
  const value = words.at(-1) === "-p" && isOf(nextPassword) ? text : text.replace(/^-p(?=.)/s, "");
  const isNext = value === text;
  if (isNext && words.at(-1) !== "-p") return undefined;
  if (isNext && !isOf(nextPassword)) return undefined;
  if (/^[\d.:/][\d.:/-]*(?:\/(?:tcp|udp))?$/.test(value)) return undefined;
  if (literalFrom === undefined && before.isReference(value)) return undefined;
  // Of another program's options: letters, a long option with one hyphen
  if (!isNext && !isOf(attachedPassword) && /^[a-z-]*$/.test(value)) return undefined;
  return text.length - value.length;
}

/** Words of one program that are looked at for its name */
const maxOptions = 12;

function findAfterScheme({ text }: Word, { words, isReference }: Before): number | undefined {
  const [, scheme = ""] =
    /(?:^|[^\w$])(\w+)$/.exec((words.at(-1) ?? "").slice(-maxValueLength)) ?? [];
  if (!authScheme.test(scheme) || isReference(text)) return undefined;
  if (/[=:]$/.test(words.at(-2) ?? "")) return 0;
  return /^[\w+/.~=-]{8,}$/.test(text) && /[\dA-Z_=+/.~]/.test(text) ? 0 : undefined;
}

function isValue(value: string, { isReference }: Before): boolean {
  const bare = value.replaceAll(/^["']+|(?<!["',;])["',;]+$/g, "");
  return bare !== "" && !isPlainValue(bare) && !isReference(value);
}
