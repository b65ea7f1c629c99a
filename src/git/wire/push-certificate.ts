// A signed push: the commands are part of a signed text (gitprotocol-pack, "Push Certificate").
import { quoted } from "../../base/printable.ts";
import { GitProtocolError } from "./git-protocol-error.ts";

/** What a certificate says; its signature is the server's to check. */
export interface PushCertificate {
  /** What the server asked the client to sign, against replays */
  readonly nonce: string | undefined;
}

/** A certificate, and the lines and options that were signed in it. */
export interface CertificateText {
  readonly certificate: PushCertificate;
  /** `OLD NEW REF` each, not looked at yet */
  readonly commandLines: readonly string[];
  readonly pushOptions: readonly string[];
}

// How git knows where the signed text ends (gpg-interface: OpenPGP, X.509, SSH)
const signatureStart =
  /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE|SSH SIGNATURE)-----/;

/**
 * Reads the lines between `push-cert` and `push-cert-end`, without their line breaks. git takes all lines before the
 * *last* beginning of a signature as commands: a certificate with two is refused, so that there is one reading of it.
 * @throws GitProtocolError
 */
export function parsePushCertificate(lines: readonly string[]): CertificateText {
  const signatures = lines.filter((line) => signatureStart.test(line)).length;
  if (signatures !== 1) {
    throw new GitProtocolError(`the push certificate holds ${signatures} signatures, not one`);
  }
  const blank = lines.indexOf("");
  const signature = lines.findIndex((line) => signatureStart.test(line));
  if (blank === -1 || blank > signature) {
    throw new GitProtocolError("the push certificate has no empty line behind its header");
  }
  const [version, ...header] = lines.slice(0, blank);
  if (version !== "certificate version 0.1") {
    throw new GitProtocolError(`the push certificate begins with ${quoted(version ?? "")}`);
  }
  return { ...readHeader(header), commandLines: lines.slice(blank + 1, signature) };
}

function readHeader(
  lines: readonly string[],
): Pick<CertificateText, "certificate" | "pushOptions"> {
  let nonce: string | undefined;
  const pushOptions: string[] = [];
  for (const line of lines) {
    const at = line.indexOf(" ");
    const [name, value] = [line.slice(0, at), line.slice(at + 1)];
    if (name === "push-option") {
      pushOptions.push(value);
    } else if (name === "nonce") {
      if (nonce !== undefined) {
        throw new GitProtocolError("the push certificate has two nonces");
      }
      nonce = value;
    } else if (name !== "pusher" && name !== "pushee") {
      throw new GitProtocolError(`the push certificate's header holds ${quoted(line)}`);
    }
  }
  return { certificate: { nonce }, pushOptions };
}
