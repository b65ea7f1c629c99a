import { X509Certificate } from "node:crypto";
import {
  createSecureContext,
  getCACertificates,
  rootCertificates,
  type SecureContext,
} from "node:tls";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";

/** Whom the proxy believes when an upstream says who it is. */
export interface UpstreamRoots {
  /** One context for all upstream connections, made when it's first asked for: parsing every root takes 40 ms */
  readonly secureContext: SecureContext;
}

/**
 * Node's bundled roots, the system's, those of NODE_EXTRA_CA_CERTS and the user's own files. TLS 1.2 and 1.3; curves and
 * ciphers stay Node's, whose first choice resists a later quantum computer.
 * @param options.extraCaPem certificates of the user's files, as `parseCaFile` returns them
 */
export function createUpstreamRoots(options: { extraCaPem: readonly string[] }): UpstreamRoots {
  let secureContext: SecureContext | undefined;
  return {
    get secureContext() {
      secureContext ??= createUpstreamContext(options.extraCaPem);
      return secureContext;
    },
  };
}

function createUpstreamContext(extraCaPem: readonly string[]): SecureContext {
  const ca = new Set([
    ...rootCertificates,
    ...getCACertificates("system"),
    ...getCACertificates("extra"),
    ...extraCaPem,
  ]);
  return createSecureContext({ ca: [...ca], minVersion: "TLSv1.2" });
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What a file of `--upstream-ca` has to be. */
export const caFileHint =
  "give a file with one or more certificates that begin with -----BEGIN CERTIFICATE-----";

/**
 * The certificates in the text of a PEM file (`--upstream-ca`), one PEM text each.
 * @param path for messages
 * @throws VaultboxError VBX_UPSTREAM_CA_INVALID
 */
export function parseCaFile(path: string, text: string): readonly string[] {
  const certificates = text.match(pemCertificate) ?? [];
  if (certificates.length === 0) throw invalid(path, "it holds no PEM certificate");
  certificates.forEach((pem, index) => {
    try {
      void new X509Certificate(pem);
    } catch (cause) {
      throw invalid(path, `certificate ${index + 1} of ${certificates.length} is damaged`, cause);
    }
  });
  return certificates;
}

function invalid(path: string, why: string, cause?: unknown): VaultboxError {
  return new VaultboxError(
    "VBX_UPSTREAM_CA_INVALID",
    `cannot use the CA file ${quoted(path)}: ${why}`,
    {
      hints: [caFileHint],
      ...(cause !== undefined && { cause }),
    },
  );
}
