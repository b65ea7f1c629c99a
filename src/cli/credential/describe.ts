import type {
  SecretSource,
  StoredBinding,
  StoredCredential,
} from "../../vault/stored-credential.ts";

/** `api.example.com`, with port and path where they aren't the usual ones. */
export function toBindingText(binding: StoredBinding): string {
  const port = binding.port === 443 ? "" : `:${binding.port}`;
  return `${binding.host}${port}${binding.pathPrefix === "/" ? "" : binding.pathPrefix}`;
}

export function toSchemeText(binding: StoredBinding): string {
  const { scheme } = binding;
  switch (scheme.type) {
    case "bearer":
      return "bearer";
    case "basic":
      return `basic ${scheme.username}`;
    case "header":
      return `header ${scheme.header}${scheme.prefix === undefined ? "" : `: ${scheme.prefix.trimEnd()}`}`;
    case "query":
      return `query ${scheme.parameter}`;
  }
}

export function toSourceText(source: SecretSource): string {
  switch (source.type) {
    case "stored":
      return "vault";
    case "command":
      return `command ${[source.file, ...source.args].join(" ")}`;
    case "env":
      return `variable ${source.variable}`;
  }
}

export function toRow(credential: StoredCredential): readonly string[] {
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
export function toDetails(vault: string, credential: StoredCredential): readonly string[] {
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
