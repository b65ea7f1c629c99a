import { isScalar } from "yaml";
import { isUsableIdentity, type GitIdentity } from "../git/signature/commit-object-identity.ts";
import { readMap, readString, report, type Field, type FileReader } from "./yaml-reader.ts";

/** Which key signs the session's commits, and in whose name; `signing:` of the project file or of the preferences. */
export interface SigningSettings {
  /** Name of a signing key in a vault of the session */
  readonly key: string;
  /** Missing: the user's own git says it */
  readonly identity?: GitIdentity;
}

/** As they are written. */
interface SigningTexts {
  readonly key: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}

export const signingKeys = ["key", "name", "email"] as const;

/** As names of credentials */
const keyNameShape = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Reads `signing: NAME`, or a map of `key`, `name` and `email`. Problems are reported to the reader. */
export function parseSigning(reader: FileReader, field: Field): SigningSettings | undefined {
  if (isScalar(field.node)) {
    const text = readString(reader, field);
    return text === undefined ? undefined : toSettings(reader, field, { key: text });
  }
  const fields = readMap(reader, field, signingKeys);
  if (fields === undefined) return undefined;
  const { key, name, email } = fields;
  if (key === undefined) {
    report(reader, field, "key is missing; name a signing key of a vault");
    return undefined;
  }
  const text = readString(reader, key);
  const nameText = name && readString(reader, name);
  const emailText = email && readString(reader, email);
  if (text === undefined) return undefined;
  return toSettings(reader, field, { key: text, name: nameText, email: emailText });
}

function toSettings(
  reader: FileReader,
  field: Field,
  texts: SigningTexts,
): SigningSettings | undefined {
  const why = findSigningFault(texts);
  if (why === undefined) return toSigningSettings(texts);
  report(reader, field, why);
  return undefined;
}

/** What is wrong with the settings, if anything. */
export function findSigningFault({ key, name, email }: SigningTexts): string | undefined {
  if (!keyNameShape.test(key)) return "write the name of a signing key";
  if (name === undefined && email === undefined) return undefined;
  if (name === undefined || email === undefined) return "write name and email both, or neither";
  return isUsableIdentity({ name, email })
    ? undefined
    : "git can't commit with that name and email";
}

export function toSigningSettings({ key, name, email }: SigningTexts): SigningSettings {
  return name === undefined || email === undefined ? { key } : { key, identity: { name, email } };
}
