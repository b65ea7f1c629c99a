import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import type { Authority } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";
import { TimeLimitError, withTimeLimit } from "../time-limit.ts";
import type { UpstreamRoots } from "./upstream-roots.ts";

/** How long the TLS handshake with an upstream may take, in `ms`. */
export const handshakeTimeoutMs = 10_000;

/**
 * Secures a connected stream: the certificate must be for the authority's host and lead to a trusted root. An address is
 * never sent as server name (RFC 6066 section 3). Destroys the stream on any failure.
 * @throws Refusal 502 `upstream-tls-failed`, 504 `upstream-timeout`
 */
export async function secureUpstream(
  stream: Duplex,
  authority: Pick<Authority, "host" | "kind">,
  options: { roots: UpstreamRoots; signal: AbortSignal | undefined },
): Promise<TLSSocket> {
  const socket = connect({
    socket: stream,
    host: authority.host,
    ...(authority.kind === "name" && { servername: authority.host }),
    secureContext: options.roots.secureContext,
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
  });
  try {
    await withTimeLimit(secured(socket), handshakeTimeoutMs, options.signal);
  } catch (cause) {
    // A late error of a destroyed socket has nobody left to tell
    socket.on("error", () => undefined).destroy();
    stream.destroy();
    options.signal?.throwIfAborted();
    throw toRefusal(cause, authority.host);
  }
  return socket;
}

function secured(socket: TLSSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
  socket.once("error", reject).once("close", onClose);
  socket.once("secureConnect", () => {
    socket.off("error", reject).off("close", onClose);
    resolve();
  });
  return promise;
}

function toRefusal(cause: unknown, host: string): Refusal {
  if (cause instanceof TimeLimitError) {
    return new Refusal(
      504,
      "upstream-timeout",
      `"${host}" didn't finish the TLS handshake in time`,
      { cause },
    );
  }
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
  const fault = certificateFaults[code];
  const what = `no safe connection to "${host}": ${fault ?? `the TLS handshake failed (${code})`}`;
  if (fault !== writable) return new Refusal(502, "upstream-tls-failed", what, { cause });
  return new Refusal(502, "upstream-tls-failed", what, {
    cause,
    remedy: "vaultbox run --upstream-ca FILE …",
    remedyWhen: "with the CA certificate of that server in FILE",
  });
}

const writable = "its certificate isn't signed by a trusted authority";

/** Verification errors of OpenSSL as Node names them (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const certificateFaults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate isn't valid yet; is this machine's clock right?",
  CERT_REVOKED: "its certificate was revoked",
  CERT_SIGNATURE_FAILURE: "the signature of its certificate is wrong",
  INVALID_PURPOSE: "its certificate isn't for servers",
  INVALID_CA: "a certificate in its chain isn't a CA",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  SELF_SIGNED_CERT_IN_CHAIN: writable,
  DEPTH_ZERO_SELF_SIGNED_CERT: writable,
  UNABLE_TO_GET_ISSUER_CERT: writable,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: writable,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: writable,
  CERT_UNTRUSTED: writable,
  ECONNRESET: "the connection was closed during the TLS handshake",
};
