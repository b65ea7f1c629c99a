import { posix } from "node:path";
import { toNssDatabase } from "../../ca/nss-database.ts";
import type { TarEntry } from "../../engine/tar.ts";
import { infoDirectory } from "../sandbox-places.ts";

/** Where NSS programs, Chromium among them, keep what the user trusts; relative to the home. */
const nssFolder = ".pki/nssdb";

/** Files in the home by which Chromium, and Playwright's, trust the session's CA. Made anew for a home that is kept. */
export function toBrowserFiles(caDer: Uint8Array, home: string): readonly TarEntry[] {
  const database = toNssDatabase(caDer, posix.join(home, nssFolder));
  return Object.entries(database).map(([name, content]: [string, string | Buffer]) => ({
    path: posix.join(nssFolder, name),
    mode: 0o600,
    content,
  }));
}

/**
 * Firefox has a store in each profile, and takes what a policy of the machine names beside it. Playwright's build reads
 * that file from where a variable says.
 */
export const firefoxPolicies = {
  file: `${infoDirectory}/firefox-policies.json`,
  target: "/etc/firefox/policies/policies.json",
  content: `${JSON.stringify({ policies: { Certificates: { Install: [`${infoDirectory}/ca.pem`] } } })}\n`,
} as const;
