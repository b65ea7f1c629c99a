/** Stable codes; callers and tests match these, wording may change. */
export type VaultboxErrorCode =
  | "VBX_AUDIT_DAMAGED"
  | "VBX_AUDIT_UNWRITABLE"
  | "VBX_CANCELLED"
  | "VBX_CONFIG_INVALID"
  | "VBX_CREDENTIAL_EXISTS"
  | "VBX_CREDENTIAL_INVALID"
  | "VBX_CREDENTIAL_UNKNOWN"
  | "VBX_DEMO_FAILED"
  | "VBX_ENGINE_FAILED"
  | "VBX_ENGINE_UNREACHABLE"
  | "VBX_FILE_LOCKED"
  | "VBX_FILE_UNSAFE"
  | "VBX_FILE_UNTRUSTED"
  | "VBX_FILE_UNUSABLE"
  | "VBX_GIT_UNUSABLE"
  | "VBX_HOST_COMMAND_FAILED"
  | "VBX_IMAGE_BUILD_FAILED"
  | "VBX_IMAGE_MISSING"
  | "VBX_KEYCHAIN_UNAVAILABLE"
  | "VBX_LINK_FAILED"
  | "VBX_MOUNT_REFUSED"
  | "VBX_POLICY_INVALID"
  | "VBX_POSTURE_UNSAFE"
  | "VBX_PRESET_UNKNOWN"
  | "VBX_PROJECT_FILE_INVALID"
  | "VBX_PROJECT_FILE_UNTRUSTED"
  | "VBX_SESSION_RUNNING"
  | "VBX_SESSION_UNKNOWN"
  | "VBX_SSH_AGENT_UNAVAILABLE"
  | "VBX_UPSTREAM_CA_INVALID"
  | "VBX_USAGE"
  | "VBX_VAULT_DAMAGED"
  | "VBX_VAULT_EXISTS"
  | "VBX_VAULT_LOCKED"
  | "VBX_VAULT_ROLLED_BACK"
  | "VBX_VAULT_UNKNOWN"
  | "VBX_VAULT_UNWRITABLE"
  | "VBX_WORKSPACE_UNSAFE"
  | "VBX_PASSPHRASE_WRONG";

/**
 * An expected failure: the user, the environment or an external program. Everything else is a bug.
 * `message` says what could not be done and the fact that stopped it: lowercase start, no full stop, outside values quoted.
 */
export class VaultboxError extends Error {
  readonly code: VaultboxErrorCode;
  /** Commands or facts the user can act on, three at most */
  readonly hints: readonly string[];

  constructor(
    code: VaultboxErrorCode,
    message: string,
    options: { hints?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "VaultboxError";
    this.code = code;
    this.hints = options.hints ?? [];
  }
}

export function isVaultboxError(error: unknown, code?: VaultboxErrorCode): error is VaultboxError {
  return error instanceof VaultboxError && (code === undefined || error.code === code);
}

/** What went wrong first, when cleaning up after it failed as well (`SuppressedError`); for several, the innermost. */
export function toFirstFailure(error: unknown): unknown {
  let first = error;
  while (first instanceof SuppressedError) first = first.suppressed;
  return first;
}

/** Whether the system failed so: `hasCode(error, "ENOENT")`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** The system's code of a failure; of another one what it says. */
export function toCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
