import { rootCertificates } from "node:tls";

/** The certificates a client in the sandbox trusts, one PEM text each: the session's CA first, then Node's bundled roots. */
export function caCertificates(caPem: string): readonly string[] {
  return [caPem, ...rootCertificates];
}

/**
 * A PEM bundle in place of the image's own: tools take a CA file *instead of* the system's, so the public roots have to
 * be in it too, for what is passed through.
 */
export function toCaBundle(caPem: string): string {
  return caCertificates(caPem)
    .map((pem) => `${pem.trimEnd()}\n`)
    .join("");
}
