import { hideSecretsInText, isSecretSetting } from "./secret-text.ts";

/** A section, and a name with `=`, which may be on one line */
const setting =
  /([ \t]*(?:\[(?:[^"\]\\\n]|"(?:[^"\\\n]|\\.)*")*\][ \t]*)?)([A-Za-z][\w.:-]*)[ \t]*=[ \t]*/y;
/** `user:password@host`, as git takes it for a proxy (git-config(1), http.proxy) */
const userOfProxy = /^([^\s@/"]*):[^\s@/"]*@/;

/**
 * A file of settings without the secrets in it; byte for byte the same elsewhere. It's read as git reads its own
 * (git-config(1), "syntax"): values may be in quotes and go on in the next line. Files of other systems have fewer forms.
 */
export function withoutSecrets(content: Buffer): Buffer {
  const text = content.toString("latin1");
  let clean = "";
  // Beginning of the lines before `at` that are no settings, which are looked at together
  let from = 0;
  for (let at = 0; at < text.length;) {
    setting.lastIndex = at;
    const head = setting.exec(text);
    if (head === null) {
      at = text.indexOf("\n", at) + 1 || text.length;
      continue;
    }
    const { shown, length } = hideInSetting(text, { head, from: setting.lastIndex });
    clean += hideSecretsInText(text.slice(from, at)) + shown;
    at += length;
    from = at;
  }
  clean += hideSecretsInText(text.slice(from));
  return clean === text ? content : Buffer.from(clean, "latin1");
}

/** What is shown of a part of a file. */
interface ShownPart {
  readonly shown: string;
  /** Of the part itself */
  readonly length: number;
}

function hideInSetting(
  text: string,
  { head, from }: { readonly head: RegExpExecArray; readonly from: number },
): ShownPart {
  const [start, before = "", name = ""] = head;
  const { value, end } = readValue(text, from);
  const written = text.slice(from, end);
  const length = start.length + written.length;
  const lineEnd = /\r?\n?$/.exec(written.slice(-2))?.[0] ?? "";
  const shownBefore = hideSecretsInText(before);
  if (isSecretSetting(name, value)) {
    return { shown: `${shownBefore}# a secret was here${lineEnd}`, length };
  }
  const hide = (part: string): string =>
    hideSecretsInText(/proxy$/i.test(name) ? part.replace(userOfProxy, "") : part);
  const clean = hide(value);
  const shown = hide(written);
  const shownStart = shownBefore + start.slice(before.length);
  // Quotes and continued lines can part a secret
  if (readValue(shown, 0).value === clean) return { shown: shownStart + shown, length };
  return { shown: `${shownStart}${quote(clean)}${lineEnd}`, length };
}

/** What a value means, without quotes, escapes, continued lines and a comment; and where its last line ends. */
function readValue(text: string, from: number): { readonly value: string; readonly end: number } {
  let value = "";
  let isQuoted = false;
  let isComment = false;
  let index = from;
  for (; index < text.length && text[index] !== "\n"; index++) {
    const letter = text[index] ?? "";
    if (isComment) continue;
    if (letter === "\\") {
      index++;
      if (text[index] === "\r" && text[index + 1] === "\n") index++;
      const next = text[index] ?? "";
      if (next !== "\n") value += next === "n" || next === "t" ? " " : next;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (letter === "#" || letter === ";")) isComment = true;
    else value += letter;
  }
  return { value: value.trim(), end: Math.min(index + 1, text.length) };
}

function quote(value: string): string {
  return /^[\w./:@+=,~-]*$/.test(value)
    ? value
    : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
