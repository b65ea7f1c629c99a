import { readMap, readString, report, type Field } from "./file/fields.ts";
import { isUsableAuthor, type GitAuthor } from "./git-author.ts";

/** Which key signs the session's commits, and in whose name; `signing:` of the project file or of the preferences. */
export interface SigningSettings {
  /** Name of a signing key in a vault of the session */
  readonly key: string;
  /** Missing: the user's own git says it */
  readonly author?: GitAuthor;
}

/** As they are written. */
export interface SigningTexts {
  readonly key: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}

export const signingKeys = ["key", "name", "email"] as const;

/** As names of credentials */
const keyNameShape = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** What is wrong with the settings, if anything. */
export function findSigningFault({ key, name, email }: SigningTexts): string | undefined {
  if (!keyNameShape.test(key)) return "write the name of a signing key";
  if (name === undefined && email === undefined) return undefined;
  if (name === undefined || email === undefined) return "write name and email both, or neither";
  return isUsableAuthor({ name, email }) ? undefined : "git can't commit with that name and email";
}

export function toSigningSettings({ key, name, email }: SigningTexts): SigningSettings {
  return name === undefined || email === undefined ? { key } : { key, author: { name, email } };
}

/** Reads `signing: NAME`, or a map of `key`, `name` and `email`. */
export function parseSigning(field: Field): SigningSettings | undefined {
  const isName = field.value.kind === "scalar";
  const fields = isName ? { key: field } : readMap(field, signingKeys);
  if (fields === undefined) return undefined;
  if (fields.key === undefined) {
    return report(field, "key is missing; name a signing key of a vault");
  }
  const key = readString(fields.key);
  const name = readString(fields.name);
  const email = readString(fields.email);
  if (key === undefined) return undefined;
  const why = findSigningFault({ key, name, email });
  return why === undefined ? toSigningSettings({ key, name, email }) : report(field, why);
}
