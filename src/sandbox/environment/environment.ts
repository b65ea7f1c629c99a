import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { isReservedVariable } from "../../base/reserved-variables.ts";
import { firefoxPolicies } from "./browser-ca.ts";
import type { SandboxUser } from "../sandbox-user.ts";
import { javaOwnNames, ownNames, proxyUrl } from "../sandbox-network.ts";
import { caFiles } from "./ca-files.ts";

const variableShape = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Locale and terminal facts that a program may know of the host. */
const passedThrough = [
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "LANGUAGE",
  "COLORTERM",
  "TZ",
  "NO_COLOR",
] as const;

export interface EnvironmentSources {
  readonly sandboxUser: SandboxUser;
  /** The image's own, which ours is put over */
  readonly image: readonly string[];
  readonly host: NodeJS.ProcessEnv;
  readonly tty: boolean;
  /** The agent's own settings */
  readonly agent: Readonly<Record<string, string>>;
  /** Of a trusted project file */
  readonly project: Readonly<Record<string, string>>;
  /** Placeholders by variable */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Of `--env` */
  readonly user: Readonly<Record<string, string>>;
  readonly session: string;
}

/** The whole environment of the agent; nothing of the host's gets in but what is listed here. */
export function toEnvironment(sources: EnvironmentSources): Readonly<Record<string, string>> {
  const { sandboxUser, host } = sources;
  const fromHost: Record<string, string> = {};
  for (const name of passedThrough) {
    const value = host[name];
    if (value !== undefined && value !== "") fromHost[name] = value;
  }
  return {
    LANG: "C.UTF-8",
    ...fromHost,
    ...parseImageEnvironment(sources.image),
    ...(sources.tty ? { TERM: host["TERM"] ?? "xterm" } : {}),
    ...sources.agent,
    ...sources.project,
    ...sources.placeholders,
    ...sources.user,
    ...proxyVariables(),
    ...caVariables(),
    HOME: sandboxUser.home,
    USER: sandboxUser.userName,
    LOGNAME: sandboxUser.userName,
    SHELL: "/bin/sh",
    // The init (tini) signals the whole process group, as a terminal does; Ctrl-Z stops all of it too
    ...(sources.tty ? { TINI_KILL_PROCESS_GROUP: "1" } : {}),
    IS_SANDBOX: "1",
    VAULTBOX_SESSION: sources.session,
  };
}

/** Of an image only the search path and what isn't about proxies, trust or identity matters; ours goes over the rest. */
function parseImageEnvironment(image: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    image.flatMap((entry) => {
      const at = entry.indexOf("=");
      const name = entry.slice(0, at);
      return at > 0 && !isReservedVariable(name, "image") ? [[name, entry.slice(at + 1)]] : [];
    }),
  );
}

function proxyVariables(): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const name of ["http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"]) {
    variables[name] = proxyUrl;
    variables[name.toUpperCase()] = proxyUrl;
  }
  return {
    ...variables,
    no_proxy: ownNames,
    NO_PROXY: ownNames,
    npm_config_https_proxy: proxyUrl,
    npm_config_proxy: proxyUrl,
    NODE_USE_ENV_PROXY: "1",
    GLOBAL_AGENT_HTTP_PROXY: proxyUrl,
    GLOBAL_AGENT_NO_PROXY: ownNames,
    CLOUDSDK_PROXY_TYPE: "http",
    CLOUDSDK_PROXY_ADDRESS: "127.0.0.1",
    CLOUDSDK_PROXY_PORT: "3128",
  };
}

/** Every variable by which a client is told of a CA; bundles replace the client's own, so they hold the public CAs too. */
function caVariables(): Readonly<Record<string, string>> {
  const { bundle, ca, javaTrustStore } = caFiles;
  const variables: Record<string, string> = {};
  const bundleNames = [
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "BUNDLE_SSL_CA_CERT",
    "npm_config_cafile",
    "NPM_CONFIG_CAFILE",
    "CODEX_CA_CERTIFICATE",
    "AWS_CA_BUNDLE",
    "CARGO_HTTP_CAINFO",
    "GOOSE_CA_CERT_PATH",
    "NIX_SSL_CERT_FILE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HEX_CACERTS_PATH",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
  ];
  for (const name of bundleNames) variables[name] = bundle;
  return {
    ...variables,
    NODE_EXTRA_CA_CERTS: ca,
    DENO_CERT: ca,
    CLAUDE_CODE_CERT_STORE: "bundled,system",
    DENO_TLS_CA_STORE: "system,mozilla",
    UV_NATIVE_TLS: "true",
    PLAYWRIGHT_FIREFOX_POLICIES_JSON: firefoxPolicies.file,
    GIT_TERMINAL_PROMPT: "0",
    JAVA_TOOL_OPTIONS: [
      `-Djavax.net.ssl.trustStore=${javaTrustStore}`,
      "-Djavax.net.ssl.trustStorePassword=changeit",
      "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128",
      "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128",
      `-Dhttp.nonProxyHosts=${javaOwnNames}`,
    ].join(" "),
  };
}

/**
 * Parses `--env NAME=value`, or `NAME` for the host's own value.
 * @throws VaultboxError VBX_USAGE; the message never holds a value
 */
export function parseEnvironmentFlags(
  flags: readonly string[],
  host: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const flag of flags) {
    const at = flag.indexOf("=");
    const name = at === -1 ? flag : flag.slice(0, at);
    const fail = (why: string): never => {
      throw new VaultboxError("VBX_USAGE", `cannot set ${quoted(name, 64)} with --env: ${why}`, {
        hints: ["--env NAME=VALUE, or --env NAME for the value it has here"],
      });
    };
    if (!variableShape.test(name)) fail("that is no name of a variable");
    if (isReservedVariable(name, "flag")) fail("vaultbox sets it itself");
    const value = at === -1 ? host[name] : flag.slice(at + 1);
    if (value === undefined) fail("it is not set here");
    else if (value.includes("\0")) fail("the value holds a NUL");
    else entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}
