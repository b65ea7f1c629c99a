import { fieldsOf, oneOf, text, textLike } from "../base/shape.ts";
import { isName } from "./stored-credential.ts";

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
