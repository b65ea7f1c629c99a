import { parsePublicKeyLine, toFingerprint } from "../../git/signing/ssh-key.ts";
import {
  isSigningKey,
  type SecretSource,
  type SigningKeySource,
  type StoredItem,
  type StoredSigningKey,
} from "../../vault/stored-credential.ts";
import type { CredentialBinding } from "../../credential/binding.ts";
import { kindOf } from "../../credential/schemes.ts";
import type { Preset, PresetBinding } from "../../presets/preset.ts";

/** `api.example.com`, with port and path where they aren't the usual ones, and the repository. */
export function toBindingText(binding: CredentialBinding): string {
  const port = binding.port === 443 ? "" : `:${binding.port}`;
  const path = binding.pathPrefix === "/" ? "" : binding.pathPrefix;
  const repository = binding.repository === undefined ? "" : ` (${binding.repository})`;
  return `${binding.host}${port}${path}${repository}`;
}

function toSchemeText({ scheme }: Pick<CredentialBinding, "scheme">): string {
  return kindOf(scheme).describe(scheme);
}

function toSourceText(source: SecretSource | SigningKeySource): string {
  switch (source.type) {
    case "stored":
      return "vault";
    case "command":
      return `command ${[source.file, ...source.args].join(" ")}`;
    case "env":
      return `variable ${source.variable}`;
    case "ssh-agent":
      return "ssh-agent";
  }
}

export function toRow(credential: StoredItem): readonly string[] {
  if (isSigningKey(credential)) {
    const { name, source, updatedAt } = credential;
    const fingerprint = toKeyFingerprint(credential);
    return [
      name,
      "-",
      `commits, by ${fingerprint}`,
      "-",
      toSourceText(source),
      updatedAt.slice(0, 10),
    ];
  }
  const { name, preset, env, bindings, source, updatedAt } = credential;
  return [
    name,
    preset ?? "-",
    bindings.map(toBindingText).join(", "),
    env.join(", "),
    toSourceText(source),
    updatedAt.slice(0, 10),
  ];
}

/** Heading, blank line, one line per fact; the secret is not among them. */
export function toDetails(vault: string, credential: StoredItem): readonly string[] {
  if (isSigningKey(credential)) return toKeyDetails(vault, credential);
  const { name, preset, env, bindings, placeholder, source, createdAt, updatedAt } = credential;
  const { prefix, length, suffix = "" } = placeholder;
  return [
    `credential ${name}`,
    "",
    `  Vault: ${vault}`,
    ...(preset === undefined ? [] : [`  Preset: ${preset}`]),
    ...bindings.map(
      (binding) => `  Bound to: ${toBindingText(binding)} (${toSchemeText(binding)})`,
    ),
    `  In the sandbox: ${env.join(", ")} (placeholder ${prefix}… of ${prefix.length + length + suffix.length} characters)`,
    `  Secret from: ${toSourceText(source)}`,
    `  Created: ${createdAt}`,
    `  Secret set: ${updatedAt}`,
  ];
}

function toKeyDetails(vault: string, key: StoredSigningKey): readonly string[] {
  return [
    `signing key ${key.name}`,
    "",
    `  Vault: ${vault}`,
    "  Signs: commits and tags, with vaultbox run --sign; nothing of it is in the sandbox",
    `  Public key: ${key.publicKey}`,
    `  Fingerprint: ${toKeyFingerprint(key)}`,
    `  Private key in: ${toSourceText(key.source)}`,
    `  Created: ${key.createdAt}`,
  ];
}

/** For JSON: what can be worked out is there too. */
export function toDescription(
  item: StoredItem,
): StoredItem | (StoredSigningKey & { fingerprint: string }) {
  return isSigningKey(item) ? { ...item, fingerprint: toKeyFingerprint(item) } : item;
}

function toKeyFingerprint({ publicKey }: StoredSigningKey): string {
  return toFingerprint(parsePublicKeyLine(publicKey));
}

export function toPresetRow(preset: Preset): readonly string[] {
  return [preset.name, preset.credential?.env.join(", ") ?? "-", preset.summary];
}

export function toPresetDetails(preset: Preset): readonly string[] {
  const { credential, client } = preset;
  return [
    `preset ${preset.name}`,
    "",
    `  Summary: ${preset.summary}`,
    `  Source: ${preset.source}`,
    ...(client === undefined ? [] : [`  Registry: of your own ${client} configuration`]),
    ...(credential === undefined ? [] : [`  In the sandbox: ${credential.env.join(", ")}`]),
    ...(credential?.bindings ?? []).map((binding) => `  Bound to: ${toText(binding)}`),
    ...preset.rules.map((rule) => `  Allows: ${rule}`),
    ...(preset.rulesWithClientCredentials ?? []).map(
      (rule) => `  Allows with the client's own credentials: ${rule}`,
    ),
  ];
}

function toText(binding: PresetBinding): string {
  const { host, port = 443, pathPrefix = "/", scheme } = binding;
  const place = `${host}${port === 443 ? "" : `:${port}`}${pathPrefix === "/" ? "" : pathPrefix}`;
  return `${place} (${toSchemeText({ scheme })})`;
}
