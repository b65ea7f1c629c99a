import { classifyHeader } from "./credential-headers.ts";
import { looksRandom } from "./token-shape.ts";
import { foldHeaderName } from "../http/header-fields.ts";

// Which query and path parameters carry a credential: documented names, words at the end of a name, and, where a name is
// often something else, the look of the value.

/** The API references of AWS, Azure, Google, Firebase, Flickr, Akamai, Europeana, Alfresco, Amazon CloudFront and others. */
const documented: ReadonlySet<string> = new Set(
  `key bearer auth authkey sig sign hmac otp pwd passcode awsaccesskeyid accesskeyid googleaccessid keypairid wskey ticket
   alfticket hdnts hdnea jsessionid phpsessid sessid cookie clientassertion samlresponse samlrequest apisig apisign
   httpheaders`.split(/\s+/),
);

const words =
  /(?:(?:api|auth|access|secret|app|application|user|consumer|master|admin|licen[cs]e|private|service|session|client|write|dev|developer|subscription|registration|function|account)keys?|accesskeyid|appcode|accesscode|apisessionid|token|secret|password|passwd|passphrase|signature|jwt|credentials?|authorization|clientassertion)$/;

/** Signed URLs: AWS signature version 4, Google Cloud Storage. */
const signedUrlPrefix = /^x(?:amz|goog)/;

/** Where a page or a change begins, and what makes a repeated request one: no credential, whatever the word says. */
const harmless =
  /^(?:(?:next|prev|previous|start|starting|first|last)?page|next|nextsync|sync|pagination|paging|continuation|continue|resume|skip|start|starting|startpage|cursor|delta|change|watch|csrf|xsrf|client|clientrequest|idempotency)token$/;

/** Names that some servers take a key by and many take something else by. */
const ambiguous =
  /^(?:code|sid|licen[cs]e|appid|applicationid|sess.*|pass.*|auth(?!or).*|.*(?:auth|key))$/;
const ambiguousHarmless =
  /^(?:(?:start|end|next|page|cursor|sort|group|partition|range|row|cache|idempotency|object|file|project|issue|primary|foreign|.*evaluated|exclusivestart)key)$/;

/** Case, and whatever isn't a letter or a digit, make no difference: `api_key`, `API-Key` and `api.key` are one. */
export function foldParameterName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/**
 * Every name that a server may see in this one, folded: all of it, what stands before a bracket or a NUL, and what stands
 * in brackets (PHP, Rails and Express nest values so).
 */
export function toReadings(name: string): readonly string[] {
  const pieces = name.split(/[[\]\0]/).filter((piece) => piece !== "");
  return [...new Set([name, ...pieces].map(foldParameterName))].filter((one) => one !== "");
}

/** @param name percent-decoded */
export function isCredentialParameter(name: string): boolean {
  if (/^x-/i.test(name) && classifyHeader(foldHeaderName(name)) === "credential") return true;
  return toReadings(name).some(
    (reading) =>
      !harmless.test(reading) &&
      (documented.has(reading) || words.test(reading) || signedUrlPrefix.test(reading)),
  );
}

/** Parameters that sign a URL together: AWS version 4 and 2, Google, Azure, CloudFront. */
const signatures: readonly (readonly string[])[] = [
  ["xamzalgorithm", "xamzcredential", "xamzsignature"],
  ["xgoogalgorithm", "xgoogcredential", "xgoogsignature"],
  ["awsaccesskeyid", "expires", "signature"],
  ["googleaccessid", "expires", "signature"],
  ["sv", "se", "sig"],
  ["keypairid", "signature"],
];

/** Whether a query is that of a signed URL, which a service made to be fetched. @param names percent-decoded */
export function isSignedQuery(names: readonly string[]): boolean {
  const folded = new Set(names.map(foldParameterName));
  return signatures.some((needed) => needed.every((name) => folded.has(name)));
}

/** Whether a parameter whose name says little has a value that says it: a long random one. */
export function looksLikeCredential(name: string, value: string): boolean {
  if (!looksRandom(value)) return false;
  return toReadings(name).some(
    (reading) => ambiguous.test(reading) && !ambiguousHarmless.test(reading),
  );
}
