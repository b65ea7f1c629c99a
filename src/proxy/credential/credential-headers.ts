import { foldHeaderName } from "../folded-name.ts";

/**
 * Which header fields carry a credential. Two layers: names that vendors document, and the words that such names are
 * built from, because the list can never be complete.
 */
export type HeaderKind = "plain" | "credential" | "cookie" | "connection" | "subprotocol";

/**
 * Documented credential headers that the words below don't catch: the API references of Honeycomb, Docker Engine, OVH, IG,
 * Alpaca, Parse Platform, LeanCloud and Azure App Service; client certificates as Envoy, nginx and Traefik pass them on.
 */
const documented: ReadonlySet<string> = new Set(
  `x-honeycomb-team x-registry-config x-ovh-application x-ovh-consumer cst apca-api-key-id x-parse-application-id x-lc-id
   x-ms-client-principal x-forwarded-client-cert x-forwarded-tls-client-cert x-ssl-client-cert x-client-cert
   ssl-client-cert`.split(/\s+/),
);

/** What names a credential wherever it is in a header's name, whole or at the end of a word run together. */
const strongWord =
  /^(?:.*(?:apikey|token|auth|authorization|authentication|password|passwd|passphrase|secret|credentials?|bearer|jwt)|wsse|saml|assertion|macaroon|oauth2?|[a-z]*secretkey)$/;
/** What names a credential only as the last word: a key may be an id's, a session only an id. */
const lastWord =
  /^(?:.*key|.*signature|.*session|.*cookie|sign|sig|otp|totp|passcode|pin|pwd|pass|ticket|sid)$/;
/** A last word that says something about a credential, and isn't one. */
const describing =
  /^(?:type|version|mode|scheme|method|limit|count|ttl|expiry|expires|usage|budget|format|algorithm|binding|status|id|style)$/;

/** Names that the words catch, and that carry no credential. */
const harmless: ReadonlySet<string> = new Set(
  `x-csrf-token x-xsrf-token csrf-token xsrf-token x-atlassian-token idempotency-key x-idempotency-key sec-websocket-key
   surrogate-key x-surrogate-key cache-key x-cache-key partition-key x-ms-partition-key x-ms-documentdb-partitionkey
   sort-key object-key npm-session x-goog-encryption-key x-ms-encryption-key
   x-amz-server-side-encryption-customer-key
   x-amz-copy-source-server-side-encryption-customer-key`.split(/\s+/),
);

/** Browsers can't set headers on a WebSocket, so servers take the credential as a subprotocol (OpenAI, Kubernetes). */
const credentialSubprotocol = /api-?key|bearer|token|authorization|secret|password/i;

/** @param name folded (`foldHeaderName`) */
export function classifyHeader(name: string): HeaderKind {
  if (name === "cookie" || name === "cookie2") return "cookie";
  if (name === "connection") return "connection";
  if (name === "sec-websocket-protocol") return "subprotocol";
  return isCredentialName(name) ? "credential" : "plain";
}

function isCredentialName(name: string): boolean {
  if (documented.has(name)) return true;
  if (harmless.has(name)) return false;
  const words = name.replaceAll("api-key", "apikey").split("-").filter(Boolean);
  const last = words.at(-1) ?? "";
  if (describing.test(last)) return false;
  return lastWord.test(last) || words.some((word) => strongWord.test(word));
}

/** @param value of a Sec-WebSocket-Protocol header */
export function hasCredentialSubprotocol(value: string): boolean {
  return credentialSubprotocol.test(value);
}

export interface ClassifiedHeader {
  readonly kind: HeaderKind;
  /** Underscores kept: a slot is spelled exactly */
  readonly lowerCase: string;
  readonly normalised: string;
}

/** Clients choose header names, so the memory for them has an end; further names are classified each time. */
const maxRemembered = 1024;

/** Classifies header names in any spelling and remembers them. */
export function createHeaderClassifier(): (name: string) => ClassifiedHeader {
  const remembered = new Map<string, ClassifiedHeader>();
  return (name) => {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const normalised = foldHeaderName(name);
    const classified = {
      kind: classifyHeader(normalised),
      lowerCase: name.toLowerCase(),
      normalised,
    };
    if (remembered.size < maxRemembered) remembered.set(name, classified);
    return classified;
  };
}
