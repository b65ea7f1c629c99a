import { join } from "node:path";

export interface GitServerConfig {
  /** Holds certificate, passwords, repositories and logs */
  readonly folder: string;
  readonly port: number;
  readonly host: string;
}

const modules = [
  "mpm_prefork",
  "authn_core",
  "authn_file",
  "authz_core",
  "authz_user",
  "auth_basic",
  "alias",
  "cgi",
  "env",
  "setenvif",
  "ssl",
] as const;

/** Where Debian's apache2-bin has its modules, and git its server. */
const moduleFolder = "/usr/lib/apache2/modules";
const backend = "/usr/lib/git-core/git-http-backend";

/** Fields of a line of the access log, which `parseAccessLog` reads. */
const logFormat = String.raw`%m\t%U\t%q\t%>s\t%u\t%{Content-Encoding}i\t%{Git-Protocol}i`;

/** apache in front of `git http-backend`, as git-http-backend(1) shows it: all of it behind a password. */
export function writeApacheConfig({ folder, port, host }: GitServerConfig): string {
  const at = (name: string): string => join(folder, name);
  return `ServerRoot "${folder}"
ServerName ${host}
Listen 127.0.0.1:${port}
PidFile "${at("pid")}"
DefaultRuntimeDir "${folder}"
Mutex "file:${folder}" default
${modules.map((name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`).join("\n")}
StartServers 2
MinSpareServers 1
MaxSpareServers 4
MaxRequestWorkers 16
Timeout 60
KeepAlive On
KeepAliveTimeout 15
MaxKeepAliveRequests 0
LimitRequestBody 0
ErrorLog "${at("error.log")}"
LogLevel warn
LogFormat "${logFormat}" verdict
CustomLog "${at("access.log")}" verdict
SSLEngine on
SSLCertificateFile "${at("server.pem")}"
SSLCertificateKeyFile "${at("server.key")}"
SetEnv GIT_PROJECT_ROOT "${at("repositories")}"
SetEnv GIT_HTTP_EXPORT_ALL 1
SetEnv GIT_CONFIG_NOSYSTEM 1
SetEnv GIT_CONFIG_GLOBAL /dev/null
SetEnvIf Git-Protocol "(.*)" GIT_PROTOCOL=$1
ScriptAlias / ${backend}/
<Location />
  AuthType Basic
  AuthName "git"
  AuthUserFile "${at("passwords")}"
  Require valid-user
</Location>
`;
}

/** A request as the server answered it. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** Undefined: it came without a valid user and password */
  readonly user: string | undefined;
  readonly contentEncoding: string | undefined;
  /** The Git-Protocol header, as in `version=2` */
  readonly protocol: string | undefined;
}

export function parseAccessLog(text: string): readonly ServedRequest[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [method = "", path = "", query = "", status = "", ...rest] = line.split("\t");
      const [user, contentEncoding, protocol] = rest.map((field) =>
        field === "-" ? undefined : field,
      );
      return { method, path, query, status: Number(status), user, contentEncoding, protocol };
    });
}
