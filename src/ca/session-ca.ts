import { constants, createHash, generateKeyPair } from "node:crypto";
import { createSecureContext, DEFAULT_CIPHERS } from "node:tls";
import type { SecureContext, SecureContextOptions } from "node:tls";
import { promisify } from "node:util";
import { issueCertificate, toPem } from "./certificate.ts";
import type { CertificateIssuer, CertificateSubject } from "./certificate.ts";

/** How many hosts have a leaf at hand. */
export const maxCachedLeaves = 256;

/** How many refused hosts have one, apart from the others: names that a sandbox makes up don't push those out. */
const maxRefusedLeaves = 64;

/** Hours a leaf is valid in all; RFC 9525 clients don't care, but a short life needs no revocation. */
const leafLifetimeMs = hours(24);

/** How far `notBefore` lies back: clocks of a sandbox and its host may differ (a VM after sleep). */
const backdatedMs = hours(2);

/** A leaf with less life than this is replaced before it's shown to a client. */
const renewalMs = hours(2);

/** The CA ends with its session; the date only has to outlive the longest one. */
const caLifetimeMs = hours(24 * 365);

/** A certificate authority that lives as long as its session. Its key never leaves this process. */
export interface SessionCa {
  readonly certificatePem: string;
  readonly certificateDer: Buffer;
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string;
  /** Of the key of every leaf, as curl and git pin one: `sha256//` and base64 */
  readonly leafPin: string;
  /**
   * A context with a leaf for a canonical host name or address, from the cache or minted now (0.4 ms). It carries
   * `interceptTlsOptions`; ALPN is the server's. Use it at once and don't keep it: a context that left the cache is freed.
   */
  readonly secureContextFor: (host: string) => SecureContext;
  /** The same for a host that is refused, which is told why inside of its TLS */
  readonly refusedContextFor: (host: string) => SecureContext;
  /** The same settings without a certificate, for a connection that has yet to name its host by SNI */
  readonly baseContext: SecureContext;
}

/**
 * TLS towards clients in the sandbox. X25519 first: the connection never leaves the machine, so the larger hybrid key
 * shares would only cost time. OpenSSL takes curves and options from the context that a connection began with, not from
 * the one chosen by SNI, so `baseContext` has them too.
 */
const interceptTlsOptions: SecureContextOptions = {
  minVersion: "TLSv1.2",
  ecdhCurve: "X25519:P-256:P-384",
  // AES-128 first, for the same reason: measured 4% less CPU for a new connection. Tickets off gained nothing
  ciphers: `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`,
  honorCipherOrder: true,
};

/** @param options.name shown as the CA's common name; `now` is the clock, for tests */
export async function createSessionCa(options: {
  name: string;
  now?: () => Date;
}): Promise<SessionCa> {
  const now = options.now ?? (() => new Date());
  const issuer = { subject: caSubject(options.name), ...(await generateP256()) };
  const leafKeys = await generateP256();
  const leafKeyPem = leafKeys.privateKey.export({ type: "pkcs8", format: "pem" });
  const createdAt = now().getTime();
  const certificateDer = issueCertificate({
    subject: issuer.subject,
    publicKey: issuer.publicKey,
    issuer,
    notBefore: new Date(createdAt - hours(24)),
    notAfter: new Date(createdAt + caLifetimeMs),
    use: { type: "ca" },
  });

  const mintLeaf = (host: string): Leaf => {
    const mintedAt = now().getTime();
    const notAfter = mintedAt - backdatedMs + leafLifetimeMs;
    const leafDer = issueCertificate({
      subject: leafSubject(host),
      publicKey: leafKeys.publicKey,
      issuer,
      notBefore: new Date(mintedAt - backdatedMs),
      notAfter: new Date(notAfter),
      use: { type: "server", hosts: [host] },
    });
    const context = createSecureContext({
      ...interceptTlsOptions,
      key: leafKeyPem,
      cert: toPem(leafDer),
    });
    return { context, renewAt: notAfter - renewalMs };
  };

  const leaves = new LeafCache(maxCachedLeaves, mintLeaf);
  const refused = new LeafCache(maxRefusedLeaves, mintLeaf);
  return {
    certificatePem: toPem(certificateDer),
    certificateDer,
    fingerprint: createHash("sha256").update(certificateDer).digest("hex"),
    leafPin: `sha256//${createHash("sha256")
      .update(leafKeys.publicKey.export({ type: "spki", format: "der" }))
      .digest("base64")}`,
    secureContextFor: (host) => leaves.contextFor(host, now().getTime()),
    refusedContextFor: (host) => refused.contextFor(host, now().getTime()),
    // A session that is resumed never asks for a name (TLS 1.2 doesn't even tell it), and the name is all there is here
    baseContext: createSecureContext({
      ...interceptTlsOptions,
      secureOptions: constants.SSL_OP_NO_TICKET,
    }),
  };
}

function caSubject(name: string): CertificateSubject {
  return { organization: "vaultbox", commonName: name.slice(0, 64) };
}

function leafSubject(host: string): CertificateSubject {
  // Verifiers read the alternative name; a longer common name would be no valid certificate
  return { organization: "vaultbox", ...(host.length <= 64 && { commonName: host }) };
}

async function generateP256(): Promise<Pick<CertificateIssuer, "publicKey" | "privateKey">> {
  return promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
}

function hours(count: number): number {
  return count * 3_600_000;
}

interface Leaf {
  readonly context: SecureContext;
  /** Milliseconds since 1970: from then on it's replaced before it's shown to a client */
  readonly renewAt: number;
}

/** The leaves of the hosts that were asked for last; a session that names more costs time, never memory. */
class LeafCache {
  // Last in the map is last used
  readonly #leaves = new Map<string, Leaf>();
  readonly #most: number;
  readonly #mint: (host: string) => Leaf;

  constructor(most: number, mint: (host: string) => Leaf) {
    this.#most = most;
    this.#mint = mint;
  }

  /** Minting is synchronous, so connections that ask for the same host at once can't mint it twice. */
  contextFor(host: string, now: number): SecureContext {
    const cached = this.#leaves.get(host);
    const leaf = cached !== undefined && now < cached.renewAt ? cached : this.#mint(host);
    this.#leaves.delete(host);
    this.#leaves.set(host, leaf);
    if (this.#leaves.size > this.#most) this.#dropOldest();
    return leaf.context;
  }

  #dropOldest(): void {
    const [oldest] = this.#leaves;
    if (oldest === undefined) return;
    const [host, { context }] = oldest;
    this.#leaves.delete(host);
    // The collector sees 100 bytes where OpenSSL holds 31 KB, so a client that names a new host each time would cost
    // gigabytes before it runs. Node has no public call to free a context; connections that use it keep it alive.
    (context as { context?: { close?: () => void } }).context?.close?.();
  }
}
