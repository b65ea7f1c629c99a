import { remembered } from "../base/remembered.ts";
import { foldHeaderName } from "../http/header-fields.ts";

/**
 * Which header fields carry a credential. Two layers: names that vendors document, and the words that such names are
 * built from, because the list can never be complete.
 */
export type HeaderKind =
  | "plain"
  | "credential"
  /** A session's id, which is a credential unless it only tells one run of a client from another */
  | "session"
  | "cookie"
  | "connection"
  | "subprotocol";

/** Documented credential headers that the words below don't catch, with whose documentation says so. */
const documentedBy: readonly (readonly [names: string, source: string])[] = [
  ["x-honeycomb-team", "Honeycomb, API reference"],
  ["x-registry-config", "Docker Engine API, build"],
  ["x-ovh-application x-ovh-consumer", "OVHcloud, first steps with the API"],
  ["cst", "IG, REST trading API"],
  ["apca-api-key-id", "Alpaca, authentication"],
  ["x-parse-application-id", "Parse Platform, REST API guide"],
  ["x-lc-id", "LeanCloud, REST API"],
  ["x-ms-client-principal x-arr-clientcert", "Azure App Service, authentication, TLS"],
  ["x-zumo-application", "Azure Mobile Services, REST API"],
  ["vmware-api-session-id", "Broadcom, Virtual Infrastructure JSON API, security schema"],
  ["x-mal-client-id", "MyAnimeList API, authorisation"],
  ["iplanetdirectorypro", "ForgeRock AM, REST API: session token"],
  ["x-forwarded-client-cert", "Envoy, HTTP header manipulation"],
  ["x-forwarded-tls-client-cert", "Traefik, PassTLSClientCert"],
  ["x-ssl-client-cert x-client-cert ssl-client-cert", "nginx ingress, client certificates"],
];
const documented = new Set(documentedBy.flatMap(([names]) => names.split(" ")));

/** What names a credential wherever it is in a header's name, whole or at the end of a word run together. */
const strongWord =
  /^(?:.*(?:apikeys?|token|auth|authorization|authentication|authorize|authorise|password|passwd|passphrase|secret|credentials?|bearer|jwt|appcode|accesscode|accesskeyid)|wsse|saml|assertion|macaroon|oauth2?|[a-z]*secretkey)$/;
/** What names a credential only as the last word: a key may be an id's, a session only an id. */
const lastWord =
  /^(?:.*keys?|.*signature|.*session|.*cookie|sign|sig|otp|totp|passcode|pin|pwd|pass|ticket|sid)$/;
/** A session's id by its last words: `X-Session-Id`, `JSESSIONID`; and an id of what is a credential itself */
const sessionId = /(?:sess(?:ion)?-?id|(?:^|-)(?:token|auth|ticket)-id)$/;
/** The runs of a client: Model Context Protocol (transports), and agents */
const runId = /^(?:mcp-session-id|session-id|x-claude-code-session-id|vscode-sessionid)$/;
const uuid = /^(?:[a-z]+[_-])?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

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
  if (isCredentialName(name)) return "credential";
  return sessionId.test(name) && !runId.test(name) ? "session" : "plain";
}

/** Whether a header with a session's id is a credential: clients count their own runs by UUIDs. */
export function isSessionCredential(value: string): boolean {
  return !uuid.test(value.trim());
}

function isCredentialName(name: string): boolean {
  if (documented.has(name)) return true;
  if (harmless.has(name)) return false;
  if (harmless.has(name.replace(/s$/, ""))) return false;
  const joined = name.replaceAll(/(api|app|access)-(key|code)/g, "$1$2");
  const words = joined.split("-").filter(Boolean);
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

/** Classifies the name of a header, in any spelling. */
export const classifyName = remembered((name): ClassifiedHeader => {
  const normalised = foldHeaderName(name);
  return { kind: classifyHeader(normalised), lowerCase: name.toLowerCase(), normalised };
});
