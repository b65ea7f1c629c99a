import { foldHeaderName } from "../folded-name.ts";

/**
 * Which header fields and query parameters carry a credential. Two layers: names that vendors document, and the words that
 * every such name is built from, because the list can never be complete.
 */
export type HeaderKind = "plain" | "credential" | "cookie" | "connection" | "subprotocol";

/**
 * Documented credential headers that the words below don't catch, or that deserve to be named: RFC 9110 §11, the AWS,
 * Azure, Google, GitLab, Datadog, Figma, Notion, HashiCorp Vault and Shopify API references.
 */
const credentialHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "x-authorization",
  "x-forwarded-authorization",
  "x-original-authorization",
  "x-api-key",
  "api-key",
  "apikey",
  "x-apikey",
  "x-goog-api-key",
  "x-goog-iam-authorization-token",
  "private-token",
  "job-token",
  "deploy-token",
  "x-gitlab-token",
  "x-auth-token",
  "x-auth-key",
  "x-access-token",
  "x-amz-security-token",
  "x-amzn-authorization",
  "x-ms-authorization-auxiliary",
  "x-functions-key",
  "ocp-apim-subscription-key",
  "dd-api-key",
  "dd-application-key",
  "x-figma-token",
  "x-vault-token",
  "x-shopify-access-token",
  "x-sentry-auth",
  "x-jfrog-art-api",
  "x-nuget-apikey",
  "circle-token",
  "npm-otp",
  "token",
  "auth",
  "secret",
  "password",
]);

const credentialWords =
  /(?:^|-)(?:authorization|authentication|api-?key|api-?token|access-?key|access-?token|auth-?key|auth-?token|secret|secret-?key|password|passwd|credentials?|token|jwt|bearer|session-?key|subscription-?key)$/;

/** Names that the words above catch, and that carry no credential. */
const harmlessHeaders: ReadonlySet<string> = new Set([
  "x-csrf-token",
  "x-xsrf-token",
  "csrf-token",
  "xsrf-token",
]);

const credentialParameters: ReadonlySet<string> = new Set([
  "key",
  "apikey",
  "xapikey",
  "subscriptionkey",
  "accesskey",
  "accesskeyid",
  "awsaccesskeyid",
  "googleaccessid",
  "accesstoken",
  "oauthtoken",
  "idtoken",
  "refreshtoken",
  "authtoken",
  "privatetoken",
  "jobtoken",
  "apitoken",
  "token",
  "jwt",
  "bearer",
  "auth",
  "authorization",
  "authkey",
  "sig",
  "signature",
  "oauthsignature",
  "secret",
  "secretkey",
  "clientsecret",
  "password",
  "passwd",
  "credential",
  // Google's front ends take whole request headers as a parameter
  "httpheaders",
]);

/** Browsers can't set headers on a WebSocket, so servers take the credential as a subprotocol (OpenAI, Kubernetes). */
const credentialSubprotocol = /api-?key|bearer|token|authorization|secret|password/i;

/** Signed URLs: AWS signature version 4, Google Cloud Storage. */
const signedUrlPrefix = /^x(?:amz|goog)/;

/** @param name normalised */
export function classifyHeader(name: string): HeaderKind {
  if (name === "cookie" || name === "cookie2") return "cookie";
  if (name === "connection") return "connection";
  if (name === "sec-websocket-protocol") return "subprotocol";
  if (credentialHeaders.has(name)) return "credential";
  return credentialWords.test(name) && !harmlessHeaders.has(name) ? "credential" : "plain";
}

/** @param value of a Sec-WebSocket-Protocol header */
export function hasCredentialSubprotocol(value: string): boolean {
  return credentialSubprotocol.test(value);
}

/** @param name a percent-decoded query parameter name; case, `-`, `_`, `.` and `[]` make no difference */
export function isCredentialParameter(name: string): boolean {
  const normalised = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return credentialParameters.has(normalised) || signedUrlPrefix.test(normalised);
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
