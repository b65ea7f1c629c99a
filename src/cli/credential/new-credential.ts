import { readCurrentFolder } from "../../base/current-folder.ts";
import { VaultboxError } from "../../base/errors.ts";
import { hasSchemeFlags } from "../../credential/schemes.ts";
import type { PlaceholderForm } from "../../credential/placeholder.ts";
import { quoted } from "../../base/printable.ts";
import { readClientRegistry } from "../../presets/client-registry.ts";
import { expandBindings, expandOwnHost } from "../../presets/expand-preset.ts";
import { findPreset } from "../../presets/presets.ts";
import { isReservedVariable } from "../../base/reserved-variables.ts";
import { findCredentialFault, isVariable } from "../../vault/parse-credential.ts";
import { parseSourceCommand } from "../../vault/secret-source.ts";
import { checkName } from "../../vault/stored-credential.ts";
import type { SecretSource, StoredCredential } from "../../vault/stored-credential.ts";
import { hasBindingFlags, parseBinding, parseRepository } from "./binding-flags.ts";
import type { BindingFlags } from "./binding-flags.ts";

export interface NewCredentialFlags extends BindingFlags {
  readonly preset?: string;
  /** The repository that it is for, and nothing else */
  readonly repository?: string;
  /** Environment variables of the sandbox that carry the placeholder */
  readonly env?: readonly string[];
  readonly fromCommand?: string;
  readonly fromEnv?: string;
}

/** What a preset or the flags say about a credential. */
type Target = Pick<StoredCredential, "preset" | "env" | "bindings" | "placeholder">;

/** For services that don't check the look of their tokens on the client's side. */
const customPlaceholder: PlaceholderForm = {
  prefix: "vbx_",
  length: 40,
  alphabet: "alphanumeric",
};

/**
 * The credential that the command line describes: of a preset, or custom by `--host`.
 * @throws VaultboxError VBX_USAGE, VBX_PRESET_UNKNOWN
 */
export async function toNewCredential(
  name: string,
  flags: NewCredentialFlags,
  now: Date,
): Promise<StoredCredential> {
  checkName("credential", name);
  const source = toSource(flags);
  const target = toRepositoryTarget(await toTarget(name, flags), flags.repository);
  const env = flags.env ?? target.env;
  for (const variable of env) checkVariable(variable);
  const at = now.toISOString();
  const credential = { name, ...target, env, source, createdAt: at, updatedAt: at };
  const fault = findCredentialFault(credential);
  if (fault === undefined) return credential;
  throw new VaultboxError("VBX_USAGE", `cannot add the credential ${quoted(name)}: ${fault}`);
}

function toTarget(name: string, flags: NewCredentialFlags): Promise<Target> | Target {
  const { host, preset } = flags;
  if (host === undefined) return toPresetTarget(name, flags);
  return preset === undefined
    ? toCustom(name, { ...flags, host })
    : toOwnHost(preset, { ...flags, host });
}

/** Bound to a repository, on top of host and path. */
function toRepositoryTarget(target: Target, text: string | undefined): Target {
  if (text === undefined) return target;
  const repository = parseRepository(text);
  return { ...target, bindings: target.bindings.map((binding) => ({ ...binding, repository })) };
}

async function toPresetTarget(name: string, flags: NewCredentialFlags): Promise<Target> {
  if (hasBindingFlags(flags)) {
    throw new VaultboxError("VBX_USAGE", "a credential with a scheme, port or path needs --host", {
      hints: ["a preset brings its own"],
    });
  }
  const preset = findPresetFor(name, flags.preset);
  if (preset.credential === undefined) {
    throw new VaultboxError("VBX_USAGE", `the preset ${quoted(preset.name)} has no credential`);
  }
  // What an agent could write must not choose where the token goes: nothing of the working directory is trusted
  const registry =
    preset.client === undefined
      ? undefined
      : await readClientRegistry(preset.client, {
          writable: [readCurrentFolder()].filter((folder) => folder !== undefined),
        });
  const bindings = expandBindings(preset, registry);
  if (bindings.length === 0) {
    throw new VaultboxError(
      "VBX_USAGE",
      `cannot bind the credential ${quoted(name)}: your ${preset.client} registry is not an https URL`,
    );
  }
  const { env, placeholder } = preset.credential;
  return { preset: preset.name, env, bindings: bindings.map(toStoredBinding), placeholder };
}

function findPresetFor(name: string, preset: string | undefined): ReturnType<typeof findPreset> {
  try {
    return findPreset(preset ?? name);
  } catch (error) {
    if (preset !== undefined || !(error instanceof VaultboxError)) throw error;
    throw new VaultboxError(error.code, error.message, {
      hints: [...error.hints, `for another service: vaultbox credential add ${name} --host HOST`],
      cause: error,
    });
  }
}

function toStoredBinding(
  binding: ReturnType<typeof expandBindings>[number],
): StoredCredential["bindings"][number] {
  const { host, port, pathPrefix, scheme } = binding;
  return { host, port, pathPrefix, scheme };
}

/** The kind of service that a preset knows, at a server of the user's own. */
function toOwnHost(name: string, flags: NewCredentialFlags & { readonly host: string }): Target {
  const preset = findPreset(name);
  if (flags.path !== undefined || hasSchemeFlags(flags)) {
    throw new VaultboxError("VBX_USAGE", "a preset brings its own paths and schemes", {
      hints: ["leave --preset out, or the other flags"],
    });
  }
  const bindings = expandOwnHost(preset, parseBinding(flags));
  if (preset.credential === undefined || bindings === undefined) {
    throw new VaultboxError(
      "VBX_USAGE",
      `the preset ${quoted(name)} is for one server only; --preset and --host exclude each other`,
    );
  }
  const { env, placeholder } = preset.credential;
  return { preset: name, env, bindings: bindings.map(toStoredBinding), placeholder };
}

function toCustom(name: string, flags: NewCredentialFlags & { readonly host: string }): Target {
  const env = [
    name
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, "_")
      .replace(/^(?=\d)/, "_"),
  ];
  return { env, bindings: [parseBinding(flags)], placeholder: customPlaceholder };
}

function toSource(flags: NewCredentialFlags): SecretSource {
  const { fromCommand, fromEnv } = flags;
  if (fromCommand !== undefined && fromEnv !== undefined) {
    throw new VaultboxError("VBX_USAGE", "--from-command and --from-env exclude each other");
  }
  if (fromCommand !== undefined) return parseSourceCommand(fromCommand);
  if (fromEnv === undefined) return { type: "stored" };
  if (isVariable(fromEnv)) return { type: "env", variable: fromEnv };
  // The value isn't repeated: it may be the secret itself
  throw new VaultboxError("VBX_USAGE", "--from-env needs the name of a variable, not its value");
}

function checkVariable(variable: string): void {
  if (!isVariable(variable)) {
    throw new VaultboxError("VBX_USAGE", "--env needs the name of a variable, without a value");
  }
  if (!isReservedVariable(variable, "credential")) return;
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot put a placeholder in ${quoted(variable)}: the sandbox uses that variable itself`,
    { hints: ["name the variable that your client reads its token from: --env VARIABLE"] },
  );
}
