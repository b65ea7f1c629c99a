import {
  createReferenceTest,
  isCommandReference,
  type ReferenceTest,
  isSecretName,
  isSecretSetting,
} from "./secret-names.ts";
import { hideSecretsInText } from "./secret-text.ts";

// Settings of package managers and of programs that fetch. Each has its own way to say that a value is elsewhere, and none
// of another's: `$SECRET` is a variable for Bun, and a password for pip.

const placeToFillIn = String.raw`<[\w .-]*>`;
const bracedVariable = String.raw`\$\{[\w.]+(?:\?[^}]*|:?-)?\}`;

const references: readonly (readonly [RegExp, ReferenceTest])[] = [
  [/^\.gitconfig/i, isCommandReference],
  // .npmrc(5), Yarn's "Configuring Yarn", Maven's "Settings Reference"
  [/^(?:\.npmrc|\.yarnrc|\.yarnrc\.yml|settings\.xml)/i, createTest(bracedVariable)],
  // Bun's "bunfig.toml", conda's "Settings"
  [/^(?:bunfig\.toml|\.condarc)/i, createTest(bracedVariable, String.raw`\$\w+`)],
  // NuGet's "nuget.config reference", environment variables
  [/^nuget\.config/i, createTest(String.raw`%\w+%`)],
];
const isPlaceToFillIn = createTest();

function createTest(...forms: readonly string[]): ReferenceTest {
  return createReferenceTest(new RegExp(`^(?:${[placeToFillIn, ...forms].join("|")})+$`));
}

/** Of XML: an element, a name with its value beside it, NuGet's keys; of Composer: an object of hosts and tokens */
const marked = [
  /(?:password|passwd|passphrase|token|secret|apikey)>\s{0,8}([^<]+)/gi,
  /(?:password|passwd|passphrase|token|secret|apikey)"\s{1,8}value="([^"]+)"/gi,
  /<apikeys>\s{0,80}<add\s{1,8}key="[^"]{1,255}"\s{1,8}value="([^"]+)"/gi,
  /"(?:github-oauth|gitlab-oauth|gitlab-token|bearer)"\s{0,8}:\s{0,8}\{\s{0,80}"[^"]{1,255}"\s{0,8}:\s{0,8}"([^"]+)"/gi,
];
/** A name and its value with nothing but a blank between them, as curl and Yarn take them */
const pair = /^([ \t]*["']?-{0,2}[\w.@/:-]{1,255}["']?)[ \t]+(?![=:\s])/;
/** The end of a line whose value begins in the next one (INI) */
const continued = /([=:])[ \t]{0,80}\r?\n[ \t]{1,80}/g;

/** Whether a file of settings holds a secret itself. @param name of the program's settings */
export function holdsSecret(content: string, name: string): boolean {
  const ofObject = /\.json$/i.test(name) ? objectHoldsSecret(content) : undefined;
  if (ofObject !== undefined) return ofObject;
  const isReference = references.find(([names]) => names.test(name))?.[1] ?? isPlaceToFillIn;
  const isSecret = (line: string): boolean => hideSecretsInText(line, isReference) !== line;
  const lines = content.replaceAll(continued, "$1 ").split(/\r?\n/);
  const paired = lines.flatMap((line) => (pair.test(line) ? line.replace(pair, "$1 = ") : []));
  if (lines.some(isSecret) || paired.some(isSecret)) return true;
  return marked.some((form) =>
    [...content.matchAll(form)].some(([, value = ""]) => !isReference(value.trim())),
  );
}

/** Of JSON Schema */
const schemaType = /^(?:string|object|number|integer|boolean|array|null)$/;

/** Whether JSON has a secret in it, by the names around its texts; undefined for what is no JSON. */
export function objectHoldsSecret(content: string): boolean | undefined {
  try {
    return isSecretIn(JSON.parse(content), { name: "", isSecret: false });
  } catch {
    return undefined;
  }
}

interface Around {
  readonly name: string;
  /** Whether what is in it is secret by a name around: `"github-oauth": {"github.com": "…"}` */
  readonly isSecret: boolean;
}

function isSecretIn(value: unknown, { name, isSecret }: Around): boolean {
  if (typeof value === "string") {
    return (isSecret && value !== "") || isSecretSetting(name, value) || isToken(value);
  }
  if (typeof value !== "object" || value === null) return false;
  const inner = isSecret || isSecretName(name);
  if (Array.isArray(value)) {
    return value.some((item: unknown) => isSecretIn(item, { name, isSecret: inner }));
  }
  const entries = Object.entries(value as Record<string, unknown>);
  // What describes a field names no value of it
  const isSchema = entries.some(
    ([key, item]) =>
      key === "$ref" || (key === "type" && typeof item === "string" && schemaType.test(item)),
  );
  return entries.some(([key, item]) => {
    if (isSchema && typeof item === "string") return isToken(item);
    return isSecretIn(item, { name: key, isSecret: inner && !isSchema });
  });
}

/** By its own look, or an address with a password */
function isToken(value: string): boolean {
  return hideSecretsInText(value) !== value;
}

// Files of variables: `.env` and its like (a name and a value a line), and `.envrc`, which is a script for direnv.

const assignment = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*(?:=|:\s)\s*([^]*)$/;
const comment = /^\s*(?:#|$)/;
const plainWord = /^(?:true|false|yes|no|on|off|null|none)?$/i;
/** A place to fill in, as people write it in examples */
const placeholder =
  /^(?:x{3,}|\*{3,}|\.{3,}|…|<[^<>]*>|\[[^[\]]*\]|\{\{?[^{}]*\}?\}|your[-_ ][\w .-]*|change[-_ ]?me|replace[-_ ](?:me|this|with[-_ ][\w-]+)|(?:insert|enter|put|add)[-_ ][\w .-]+[-_ ]here|todo|tbd|placeholder)$/i;
/** A path below what a variable says */
const pathOfVariable = /^\$(?:\w+|\{\w+\})(?:\/[\w./-]*)?$/;

/**
 * Whether a file of variables has a value that may be a secret: any that isn't empty, a switch, a reference or a place to
 * fill in, as a name says too little of what a value is. So has one with a line that can't be read.
 * @param isScript whether it's one of direnv's
 */
export function holdsValue(content: string, isScript: boolean): boolean {
  return content.split(/\r?\n/).some((line) => {
    if (comment.test(line)) return false;
    const [, written] = assignment.exec(line) ?? [];
    if (written === undefined) return !isScript || !isCall(line);
    return !isHarmless(toValue(written));
  });
}

/** Without quotes, and without a comment behind it */
function toValue(written: string): string {
  const [, , quoted] = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(written) ?? [];
  return (quoted ?? written.replace(/(?:^|\s)#[^]*$/, "")).trim();
}

function isHarmless(value: string): boolean {
  return (
    plainWord.test(value) ||
    placeholder.test(value) ||
    pathOfVariable.test(value) ||
    isCommandReference(value)
  );
}

/** direnv-stdlib(1): `use flake`, `PATH_add bin`; shell around it. Nothing in it may look like a secret. */
function isCall(line: string): boolean {
  const isWords = /^\s*[A-Za-z_[!{}][\w ./~@:"'${}()[\]|&;<>!-]*$/.test(line);
  return isWords && hideSecretsInText(line, isCommandReference) === line;
}
