import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { issueCertificate, toPem, type CertificateIssuer } from "../../src/ca/certificate.ts";

/** A certificate with its key, as `tls.createServer` takes them. */
export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface IssueOptions {
  /** Names and addresses the certificate is for */
  readonly hosts: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface TestCa {
  readonly certPem: string;
  /** A server certificate; a past `notAfter` makes it expired */
  readonly issue: (options: IssueOptions) => IssuedCertificate;
}

const dayMs = 86_400_000;

/** A CA that nobody trusts but who is given `certPem`; make a second one for an untrusted issuer. */
export function createTestCa(name = "Test CA"): TestCa {
  const issuer: CertificateIssuer = {
    subject: { organization: "vaultbox tests", commonName: name },
    ...generateKeys(),
  };
  const certPem = toPem(
    issueCertificate({
      subject: issuer.subject,
      publicKey: issuer.publicKey,
      issuer,
      notBefore: new Date(Date.now() - 30 * dayMs),
      notAfter: new Date(Date.now() + 30 * dayMs),
      use: { type: "ca" },
    }),
  );
  return { certPem, issue: (options) => issueServer(issuer, generateKeys(), options) };
}

/** A server certificate that vouches for itself. */
export function createSelfSigned(options: IssueOptions): IssuedCertificate {
  const keys = generateKeys();
  const subject = { organization: "vaultbox tests", commonName: "self-signed" };
  return issueServer({ subject, ...keys }, keys, options, subject);
}

function issueServer(
  issuer: CertificateIssuer,
  keys: { publicKey: KeyObject; privateKey: KeyObject },
  options: IssueOptions,
  subject: CertificateIssuer["subject"] = { organization: "vaultbox tests", commonName: "server" },
): IssuedCertificate {
  const certificate = issueCertificate({
    subject,
    publicKey: keys.publicKey,
    issuer,
    notBefore: options.notBefore ?? new Date(Date.now() - 20 * dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + dayMs),
    use: { type: "server", hosts: options.hosts },
  });
  const keyPem = keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return { certPem: toPem(certificate), keyPem };
}

function generateKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}
