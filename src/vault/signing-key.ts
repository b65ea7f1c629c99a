/** Where a signing key is: in this vault, or in the ssh-agent of the user's own session. */
export type SigningKeySource = { readonly type: "stored" } | { readonly type: "ssh-agent" };

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

const knownFields = new Set(["kind", "name", "publicKey", "source", "createdAt", "updatedAt"]);
const publicKeyShape = /^[A-Za-z0-9@.-]{1,64} [A-Za-z0-9+/]{1,12000}={0,2}$/;

export function isSigningKey(item: { readonly name: string }): item is StoredSigningKey {
  return "kind" in item && item.kind === "signing-key";
}

/** A signing key from its plain form; `undefined` when any part of it is not as it was written. */
export function parseSigningKey(
  plain: Readonly<Record<string, unknown>>,
  name: string,
): StoredSigningKey | undefined {
  const { kind, publicKey, createdAt, updatedAt } = plain;
  if (Object.keys(plain).some((field) => !knownFields.has(field))) return undefined;
  if (kind !== "signing-key" || typeof publicKey !== "string") return undefined;
  if (!publicKeyShape.test(publicKey)) return undefined;
  if (typeof createdAt !== "string" || typeof updatedAt !== "string") return undefined;
  const source = parseSource(plain["source"]);
  return source && { kind, name, publicKey, source, createdAt, updatedAt };
}

function parseSource(value: unknown): SigningKeySource | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  const { type } = value;
  return type === "stored" || type === "ssh-agent" ? { type } : undefined;
}
