/** Who may want to set a variable of the sandbox. */
export type VariableSource =
  /** A credential, whose placeholder would be its value */
  | "credential"
  /** The project file's `env` */
  | "project"
  /** `--env` */
  | "flag"
  /** The image's own configuration */
  | "image";

interface ReservedVariables {
  /** Compared in any case, because some clients do */
  readonly names: RegExp;
  /** Who may not set them */
  readonly closedTo: readonly VariableSource[];
}

/** Variables of the sandbox that are not everybody's to set. The first entries are set by vaultbox, whatever else is said. */
const reservedVariables: readonly ReservedVariables[] = [
  {
    // The way out: the proxy
    names: /^(?:.*_PROXY|NODE_USE_ENV_PROXY|CLOUDSDK_PROXY_.*|GLOBAL_AGENT_.*_PROXY)$/i,
    closedTo: ["credential", "project", "flag", "image"],
  },
  {
    // Whom clients trust
    names:
      /^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|NIX_SSL_CERT_FILE|.*_CA_BUNDLE|GIT_SSL_CAINFO|PIP_CERT|BUNDLE_SSL_CA_CERT|NPM_CONFIG_CAFILE|CODEX_CA_CERTIFICATE|CARGO_HTTP_CAINFO|GOOSE_CA_CERT_PATH|GRPC_DEFAULT_SSL_ROOTS_FILE_PATH|HEX_CACERTS_PATH|CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE|DENO_CERT|DENO_TLS_CA_STORE|CLAUDE_CODE_CERT_STORE|UV_NATIVE_TLS|JAVA_TOOL_OPTIONS|PLAYWRIGHT_FIREFOX_POLICIES_JSON)$/i,
    closedTo: ["credential", "project", "flag", "image"],
  },
  {
    // Who the sandbox's user is, and which session it is in
    names: /^(?:HOME|USER|LOGNAME|SHELL|VAULTBOX_SESSION|TINI_KILL_PROCESS_GROUP)$/i,
    closedTo: ["credential", "project", "flag", "image"],
  },
  { names: /^GIT_TERMINAL_PROMPT$/i, closedTo: ["credential", "project", "flag"] },
  {
    // What makes a loader run other code than its user sees
    names: /^(?:LD_PRELOAD|LD_LIBRARY_PATH|NODE_OPTIONS)$/i,
    closedTo: ["credential", "project", "flag", "image"],
  },
  { names: /^(?:LD_.*|SSL_CERT_DIR|PATH|VAULTBOX_.*)$/i, closedTo: ["credential", "project"] },
  {
    // Where a placeholder is no value that programs could go on with
    names: /^(?:PWD|TMPDIR|IFS|ENV|BASH_ENV|DYLD_.*|SSL_CERT_.*)$/i,
    closedTo: ["credential"],
  },
];

/** Whether a variable of the sandbox is not that source's to set. */
export function isReservedVariable(name: string, source: VariableSource): boolean {
  return reservedVariables.some(
    ({ names, closedTo }) => closedTo.includes(source) && names.test(name),
  );
}
