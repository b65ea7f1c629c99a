import {
  findSigningFault,
  signingKeys,
  toSigningSettings,
  type SigningSettings,
  type SigningTexts,
} from "../signing-settings.ts";
import { readMap, readString, report, type Field, type FileReader } from "./fields.ts";

/** Reads `signing: NAME`, or a map of `key`, `name` and `email`. Problems are reported to the reader. */
export function parseSigning(reader: FileReader, field: Field): SigningSettings | undefined {
  if (field.value.kind === "scalar") {
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
