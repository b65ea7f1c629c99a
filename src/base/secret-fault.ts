// A line break would end the header, other controls and non-latin1 can't be in one (RFC 9110 §5.5); C1 is latin1's own controls
// eslint-disable-next-line no-control-regex
const notInHeader = /[^\u0020-\u007e\u00a0-\u00ff]/;

/**
 * Why a secret can't be put on a request, as it goes on with "it …"; undefined for one that can. The same for every
 * scheme, and asked when the secret is stored and again before it is used. Never holds the secret.
 */
export function findSecretFault(secret: string): string | undefined {
  if (secret === "") return "is empty";
  if (/[\r\n]/.test(secret)) return "holds a line break, which no HTTP header can carry";
  if (secret.trim() !== secret) return "begins or ends with white space";
  if (notInHeader.test(secret)) return "holds a character that no HTTP header can carry";
  return undefined;
}
