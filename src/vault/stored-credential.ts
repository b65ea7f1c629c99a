import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import type { Secret } from "../base/redact.ts";
import { findSecretFault } from "../base/secret-fault.ts";
import type { CredentialBinding } from "../credential/binding.ts";
import type { PlaceholderForm } from "../credential/placeholder.ts";
import { fieldsOf, oneOf, text, textLike } from "../base/shape.ts";

/** Where the secret comes from: this vault, a program of the host, or the environment of the session process. */
export type SecretSource =
  | { readonly type: "stored" }
  | { readonly type: "command"; readonly file: string; readonly args: readonly string[] }
  | { readonly type: "env"; readonly variable: string };

/** A credential without its secret. */
export interface StoredCredential {
  readonly name: string;
  readonly preset?: string;
  /** Environment variables that carry the placeholder in the sandbox */
  readonly env: readonly string[];
  readonly bindings: readonly CredentialBinding[];
  readonly placeholder: PlaceholderForm;
  readonly source: SecretSource;
  /** RFC 3339, UTC */
  readonly createdAt: string;
  /** RFC 3339, UTC; when the secret was last set */
  readonly updatedAt: string;
}

/** What a vault keeps under a name, without its secret. */
export type StoredItem = StoredCredential | StoredSigningKey;

/** A credential with its secret; they're stored as one so that no binding can be put under another secret. */
export interface VaultEntry {
  readonly credential: StoredItem;
  /** Present when `source.type` is `stored` */
  readonly secret?: Secret;
}

/** Credentials of one vault: as many as one project needs and few enough to look through. */
export const maxCredentials = 64;

/** Bytes of a secret in UTF-8: room for a service account key, far less than a header may take. */
export const maxSecretBytes = 64 * 1024;

const namePattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const repositoryPattern =
  /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[\w.~-]+(?:\/[\w.~ -]+)*\/(?:[\w.~ -]+|\*)$/;

/** `owner/name` or `owner/*`, with more segments before them where a forge has groups. */
export function isRepositoryPattern(text: string): boolean {
  return text.length <= 512 && !text.endsWith(".git") && repositoryPattern.test(text);
}

export function isName(text: string): boolean {
  return namePattern.test(text);
}

/** @throws VaultboxError VBX_USAGE */
export function checkName(kind: "credential" | "vault", name: string): void {
  if (isName(name)) return;
  // Not repeated: it may be a secret, typed in the wrong place
  throw new VaultboxError("VBX_USAGE", `cannot use that as the name of a ${kind}`, {
    hints: ["a name has 1 to 63 of a-z, 0-9, dot, underscore, hyphen, and begins with a-z or 0-9"],
  });
}

/**
 * Refuses a secret that no request could carry. Keys that sign commits aren't asked about: they go on none.
 * @throws VaultboxError VBX_CREDENTIAL_INVALID; the message never holds the value
 */
export function checkSecretValue(name: string, value: string): void {
  const fault = findSecretValueFault(value);
  if (fault === undefined) return;
  throw new VaultboxError(
    "VBX_CREDENTIAL_INVALID",
    `cannot use this secret for ${quoted(name)}: it ${fault}`,
    { hints: /[\r\n]/.test(value.trim()) ? [keyHint] : [] },
  );
}

/** Why no request could carry it, as it goes on with "it …"; undefined for one that can be used. Never holds the value. */
export function findSecretValueFault(value: string): string | undefined {
  const bytes = Buffer.byteLength(value, "utf8");
  return bytes > maxSecretBytes
    ? `has ${bytes} bytes, and ${maxSecretBytes} are the most`
    : findSecretFault(value);
}

/** For whoever takes a file of several lines for a token. */
const keyHint = "a key that signs commits: vaultbox credential add NAME --signing-key FILE";

/** Where a signing key is: in this vault, or in the ssh-agent of the user's own session. */
export interface SigningKeySource {
  readonly type: "stored" | "ssh-agent";
}

/**
 * A key that signs commits and tags. It's for no place: no binding, no variable, no placeholder, so nothing of it is in
 * a sandbox and no request carries it. When it's stored, its secret is the OpenSSH private key as base64 on one line.
 */
export interface StoredSigningKey {
  readonly kind: "signing-key";
  readonly name: string;
  /** `ssh-ed25519 AAAA…`, without comment */
  readonly publicKey: string;
  readonly source: SigningKeySource;
  /** RFC 3339, UTC */
  readonly createdAt: string;
  /** RFC 3339, UTC */
  readonly updatedAt: string;
}

const publicKeyForm = /^[A-Za-z0-9@.-]{1,64} [A-Za-z0-9+/]{1,12000}={0,2}$/;

/** Its plain form, as it was written. */
export const signingKey = fieldsOf<StoredSigningKey>(
  {
    kind: oneOf("signing-key"),
    name: textLike(isName),
    publicKey: textLike((key) => publicKeyForm.test(key)),
    source: fieldsOf<SigningKeySource>({ type: oneOf("stored", "ssh-agent") }),
    createdAt: text,
    updatedAt: text,
  },
  "refused",
);

export function isSigningKey(item: { readonly name: string }): item is StoredSigningKey {
  return "kind" in item && item.kind === "signing-key";
}
