import { chownSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverUser, startApache } from "../../support/apache.ts";

/** apache with mod_dav on loopback, in plain HTTP; everything needs the user `dav` and the password. */
export interface DavServer extends AsyncDisposable {
  readonly port: number;
  /** What it serves, with the folders `open` and `closed` */
  readonly folder: string;
}

const modules = [
  ["mpm_prefork", "mod_mpm_prefork"],
  ["authn_core", "mod_authn_core"],
  ["authn_file", "mod_authn_file"],
  ["authz_core", "mod_authz_core"],
  ["authz_user", "mod_authz_user"],
  ["auth_basic", "mod_auth_basic"],
  ["dav", "mod_dav"],
  ["dav_fs", "mod_dav_fs"],
] as const;

export async function startDavServer(host: string, password: string): Promise<DavServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vbx-dav-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const served = join(folder, "served");
  for (const name of ["", "open", "closed"]) await mkdir(join(served, name));
  await writeFile(join(served, "open/mine"), "mine");
  await writeFile(join(served, "closed/secret"), "secret");
  const digest = createHash("sha1").update(password).digest("base64");
  await writeFile(join(folder, "passwords"), `dav:{SHA}${digest}\n`);
  if (serverUser !== undefined) {
    const given = ["", "passwords", "served", "served/open", "served/closed"];
    for (const name of [...given, "served/open/mine", "served/closed/secret"]) {
      chownSync(join(folder, name), serverUser.uid, serverUser.gid);
    }
  }
  const port = await startApache(folder, stack, (onPort) => toConfig(folder, host, onPort));
  const kept = stack.move();
  return { port, folder: served, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function toConfig(folder: string, host: string, port: number): string {
  const loads = modules.map(
    ([name, file]) => `LoadModule ${name}_module /usr/lib/apache2/modules/${file}.so`,
  );
  return `ServerRoot "${folder}"
ServerName https://${host}:443
UseCanonicalName On
Listen 127.0.0.1:${port}
PidFile "${folder}/pid"
DefaultRuntimeDir "${folder}"
Mutex "file:${folder}" default
${loads.join("\n")}
StartServers 1
MinSpareServers 1
MaxSpareServers 2
ErrorLog "${folder}/error.log"
DavLockDB "${folder}/locks"
DocumentRoot "${folder}/served"
<Location />
  Dav On
  AuthType Basic
  AuthName "dav"
  AuthUserFile "${folder}/passwords"
  Require valid-user
</Location>
`;
}
