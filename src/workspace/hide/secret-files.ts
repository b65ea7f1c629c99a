import type { Folder } from "../../base/fs/beneath.ts";
import { likelyToken } from "../../base/token-forms.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { holdsValue, objectHoldsSecret, holdsSecret } from "./secret-settings.ts";

/** Larger files of these names are hidden without a look: no settings are, and few of what ends like a key */
const maxSettingsBytes = 256 * 1024;
const maxKeyBytes = 16 * 1024 * 1024;

/** Hidden by their names alone. */
const secretNames =
  /^(?:\.netrc|_netrc|\.pypirc|\.git-credentials|\.pgpass|\.my\.cnf|\.htpasswd|\.boto|\.s3cfg|\.vault-token|\.dockercfg|\.terraformrc|credentials\.tfrc\.json|terraform\.tfstate(?:\..*)?|.+\.tfstate(?:\.backup)?|kubeconfig|.+\.kubeconfig|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.+\.(?:p12|pfx|ppk|kdbx)|application_default_credentials\.json|master\.key|\.bash_history|\.zsh_history)$/is;
/** Hidden by their names and the folders they are in. */
const secretPaths =
  /(?:^|\/)(?:\.aws\/(?:credentials|config)|\.config\/gh\/hosts\.ya?ml|\.kube\/config|\.cargo\/credentials(?:\.toml)?|\.gem\/credentials|\.config\/gcloud\/.+|\.azure\/.+\.json|\.ssh\/[^/]+|\.gnupg\/.+|\.git\/(?:.+\/)?credentials|git-crypt\/keys\/.+|annex\/creds\/[^/]+|\.claude\/\.credentials\.json|\.gemini\/oauth_creds\.json)$/is;
/** Names of the folders in these, of which a link may be one. */
const secretPathNames =
  /^(?:\.aws|\.docker|\.config|gh|\.kube|\.cargo|\.gem|gcloud|\.azure|\.ssh|\.gnupg)$/i;
/** Folders that hold nothing else, or are known for it. */
const secretFolders =
  /(?:^|\/)(?:\.aws|\.docker|\.config\/gh|\.kube|\.config\/gcloud|\.azure|\.ssh|\.gnupg)(?:\/|$)/i;
/** Hidden when a value is in them. */
const variableNames = /^\.env(?:rc)?(?:[._-].+)?$/is;
/** Examples, which people commit for others to fill in. */
const exampleNames = /[._-](?:example|sample|template|tpl|dist|defaults?)$/i;
/** What describes variables, has them encrypted, or is an example for some place: hidden when a token is in them. */
const describingNames =
  /[._-](?:example|sample|template|tpl|dist)[._-]|[._-](?:schema|vault|d\.ts|md)$/i;
const publicNames = /\.pub$|^known_hosts$|^authorized_keys$/i;

/** Hidden when a token is in them. */
const settingsNames =
  /^(?:\.npmrc|\.yarnrc|\.yarnrc\.yml|pip\.conf|pip\.ini|nuget\.config|gradle\.properties|settings\.xml|auth\.json|auth\.toml|bunfig\.toml|\.condarc|\.gitconfig|\.hgrc|uv\.toml|\.gemrc|\.wgetrc|\.curlrc|\.mylogin\.cnf|\.pip\.conf)$/i;
/** The same in folders of one program; what can't be read as settings of it is hidden. */
const settingsPaths =
  /(?:^|\/)(?:\.docker\/config\.json|\.claude\.json|\.claude\/settings(?:\.local)?\.json|\.codex\/config\.toml|\.gemini\/settings\.json)$/i;
/** Hidden when a private key is in them. */
const keyNames = /\.(?:pem|key|p8|der\.txt|asc)$/i;
const privateKey = /-----BEGIN (?:[A-Z0-9 ]+ )?PRIVATE KEY(?: BLOCK)?-----/;
/** Hidden when they are a cloud's service account. */
const accountNames =
  /(?:service|account|credential|secret|firebase|gcp|gcloud|google|key|sa)[^/]*\.json$/i;
const account = /"private_key"\s*:\s*"-----BEGIN/;

/** Folders of texts in a language */
const translations =
  /(?:^|\/)(?:locales?|langs?|languages?|i18n|l10n|nls|translations?|messages)\/(?:.*\/)?[^/]+\.json$/i;
const androidResources = /<(?:resources|[\w.]*PreferenceScreen)[\s>]/;

/** Whether what a link of this name leads to may be hidden, by a look into it or as a folder of secrets. */
export function mayLeadToSecret(name: string): boolean {
  const all = [secretPathNames, settingsNames, keyNames, accountNames, variableNames];
  return all.some((names) => names.test(name));
}

/** Whether a folder is one that tools keep secrets in, or lies in one. @param path absolute */
export function isSecretFolder(path: string): boolean {
  return secretFolders.test(path);
}

/** Whether a file has a private key in it; one that is too large to look into has none. */
export function holdsPrivateKey(folder: Folder, name: string): boolean {
  return privateKey.test(folder.read(name, maxSettingsBytes)?.toString("latin1") ?? "");
}

/**
 * Whether a file holds a secret that tools keep in files, by its name and, where a name says too little, by a look into
 * it. A guess: what is called otherwise isn't found.
 */
export function isSecretFile(
  file: { readonly folder: Folder; readonly name: string },
  path: string,
  budget?: ScanBudget,
): boolean {
  const written = path.slice(path.lastIndexOf("/") + 1);
  const name = toOriginal(written);
  if (publicNames.test(name)) return false;
  if (secretNames.test(name)) return !exampleNames.test(name);
  const original = `${path.slice(0, -written.length)}${name}`;
  if (secretPaths.test(original)) return true;
  const look = toLook(name, original);
  if (look === undefined) return false;
  const bytes = file.folder.read(file.name, look.maxBytes);
  budget?.spend("bytes", bytes?.length);
  // The sandbox reads what is too large for us, and what its mode keeps from us: it's the owner, and can change a mode
  if (bytes === undefined) return file.folder.facts(file.name)?.kind === "file";
  return look.finds(bytes.toString("latin1"));
}

/** What tells whether a file holds a secret. */
interface Look {
  readonly maxBytes: number;
  readonly finds: (content: string) => boolean;
}

/** Undefined for a file that isn't looked into, as its name is none of a file with secrets. */
function toLook(name: string, path: string): Look | undefined {
  if (variableNames.test(name)) {
    if (exampleNames.test(name)) return undefined;
    const isScript = /^\.envrc/i.test(name);
    const finds = describingNames.test(name)
      ? holdsToken
      : (content: string): boolean => holdsValue(content, isScript);
    return { maxBytes: maxSettingsBytes, finds };
  }
  const form = keyNames.test(name) ? privateKey : accountNames.test(name) ? account : undefined;
  if (settingsPaths.test(path)) {
    const finds = path.endsWith(".json")
      ? (content: string): boolean => objectHoldsSecret(content) ?? true
      : (content: string): boolean => holdsSecret(content, name);
    return { maxBytes: maxSettingsBytes, finds };
  }
  if (settingsNames.test(name)) {
    const finds = (content: string): boolean =>
      isOfPeople(path, content) ? holdsToken(content) : holdsSecret(content, name);
    return { maxBytes: maxSettingsBytes, finds };
  }
  return form && { maxBytes: maxKeyBytes, finds: (content) => form.test(content) };
}

/** Whether a file of that name is what people read in a program, and not settings: `password` is a word there. */
function isOfPeople(path: string, content: string): boolean {
  return translations.test(path) || androidResources.test(content);
}

/** By its own look, whatever is around it. */
function holdsToken(content: string): boolean {
  return likelyToken.test(content) || privateKey.test(content);
}

/** The name of the file that an editor keeps something of in this one, such as `.env` for `..env.swp` and `.env~`. */
function toOriginal(name: string): string {
  const swapped = /^\.(.+)\.sw[a-p]$/s.exec(name)?.[1] ?? /^\.?#(.+?)#?$/s.exec(name)?.[1] ?? name;
  return swapped.replace(/(?:~|\.(?:bak|backup|orig|old|save|tmp|rej))+$/i, "");
}
