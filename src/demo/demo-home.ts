import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSessionCa } from "../ca/session-ca.ts";
import type { SessionCa } from "../ca/session-ca.ts";

/** A throwaway vaultbox home, workspace and certificate authority. */
export interface DemoHome extends AsyncDisposable {
  readonly workspace: string;
  /** For child processes: the vault opens without a question */
  readonly env: NodeJS.ProcessEnv;
  /** A new random secret in the shape of the vendor's key */
  readonly secret: string;
  /** The random part of the secret: its beginning is in the placeholder too */
  readonly canary: string;
  readonly ca: SessionCa;
  readonly caFile: string;
}

export async function openDemoHome(): Promise<DemoHome> {
  const root = await mkdtemp(join(tmpdir(), "vaultbox-demo-"));
  const workspace = join(root, "workspace");
  const passphraseFile = join(root, "passphrase");
  const caFile = join(root, "standin-ca.pem");
  const ca = await createSessionCa({ name: "vaultbox demo stand-in" });
  await mkdir(workspace);
  await writeFile(passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  await writeFile(caFile, ca.certificatePem);
  await writeFile(join(workspace, "NOTES.md"), "Nothing here is real.\n");
  const canary = randomBytes(60).toString("base64url");
  return {
    workspace,
    env: {
      ...process.env,
      VAULTBOX_HOME: join(root, "home"),
      VAULTBOX_PASSPHRASE_FILE: passphraseFile,
    },
    secret: `sk-ant-api03-${canary}`,
    canary,
    ca,
    caFile,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
