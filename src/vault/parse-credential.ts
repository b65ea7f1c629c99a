import {
  eitherOf,
  fieldsOf,
  listOf,
  oneOf,
  optional,
  shapeOf,
  text,
  textLike,
  wholeNumber,
} from "../base/shape.ts";
import type { CredentialBinding } from "../credential/binding.ts";
import type { PlaceholderForm } from "../credential/placeholder.ts";
import { parseScheme, type CredentialScheme } from "../credential/schemes.ts";
import { signingKey } from "./signing-key.ts";
import {
  isName,
  isRepositoryPattern,
  type SecretSource,
  type StoredCredential,
  type StoredItem,
} from "./stored-credential.ts";

const binding = fieldsOf<CredentialBinding>({
  host: textLike((host) => host !== ""),
  port: wholeNumber(1, 65_535),
  pathPrefix: textLike((path) => path.startsWith("/")),
  scheme: shapeOf<CredentialScheme>("write a scheme", (value) => parseScheme(value) !== undefined),
  repository: optional(textLike(isRepositoryPattern)),
});

const placeholder = fieldsOf<PlaceholderForm>({
  prefix: text,
  length: wholeNumber(1),
  alphabet: oneOf("alphanumeric", "hex", "base64url", "digits"),
  suffix: optional(text),
});

type SourceOf<Type extends SecretSource["type"]> = Extract<SecretSource, { readonly type: Type }>;

const source = eitherOf<SecretSource>(
  fieldsOf<SourceOf<"stored">>({ type: oneOf("stored") }),
  fieldsOf<SourceOf<"env">>({ type: oneOf("env"), variable: text }),
  fieldsOf<SourceOf<"command">>({ type: oneOf("command"), file: text, args: listOf(text) }),
);

const storedCredential = fieldsOf<StoredCredential>(
  {
    name: textLike(isName),
    preset: optional(text),
    env: listOf(text),
    bindings: listOf(binding),
    placeholder,
    source,
    createdAt: text,
    updatedAt: text,
  },
  "refused",
);

/** A credential from its plain form; `undefined` when any part of it is not as it was written. */
export function parseCredential(plain: unknown): StoredItem | undefined {
  if (signingKey.fits(plain)) return plain;
  if (!storedCredential.fits(plain) || plain.bindings.length === 0) return undefined;
  return { ...plain, bindings: plain.bindings.map(toBinding) };
}

function toBinding({ host, scheme, ...place }: CredentialBinding): CredentialBinding {
  // An earlier version kept an address with its brackets, which no request matched
  const bare = host.replace(/^\[([^\]]*)\]$/, "$1");
  return { ...place, host: bare, scheme: parseScheme(scheme) ?? scheme };
}
