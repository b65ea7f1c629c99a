import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { describeImage } from "../policy/image-settings.ts";
import { percentDecode } from "../http/percent-decode.ts";
import { encodedForms } from "../base/redact.ts";
import type { OpenVault } from "../vault/open-vaults.ts";
import type { SecretSource } from "../vault/stored-credential.ts";
import { toPolicyDocument } from "../sandbox/environment/policy-document.ts";
import { toRegistryEnvironment } from "../presets/client-registry.ts";
import type { RunRequest } from "./plan/run-request.ts";

/** A text that goes into the container's configuration, its labels or a file in there, for everybody to read. */
export interface Disclosure {
  /** As the error names it: `the variable "X" of --env` */
  readonly place: string;
  readonly text: string;
  /**
   * Where it's likely to be a secret: in the value of a variable whatever it looks like, in other text that the user typed
   * for this run when it may be a token, and in what is the same at every start only when it looks random
   */
  readonly kind: "value" | "typed" | "named";
}

/** The shortest that is looked for; anything shorter is in ordinary text. */
const minSecretLength = 6;
/** A typed text of this length may hold a token, whatever it looks like. */
const minTokenLength = 16;

/**
 * Refuses a start that would put one of the session's secrets into the sandbox, as it is or in an encoding. What is in an
 * open vault file or a variable is compared with every text. A keychain takes its time and may ask a person, so it's read
 * only where a text could be a secret: any value of a variable, and what looks like one elsewhere. A command is run only
 * where something looks like a token.
 * @throws VaultboxError VBX_USAGE naming the place and the credential; it never holds the value
 */
export async function refuseDisclosed(
  disclosures: readonly Disclosure[],
  vaults: readonly OpenVault[],
): Promise<void> {
  const comparable = disclosures.filter(({ text }) => text.length >= minSecretLength);
  const isLikely = comparable.some(isCandidate);
  const looksRandom = comparable.some(({ text }) => hasRandomRun(text));
  const isAsked = (vault: OpenVault, { type }: SecretSource): boolean => {
    if (type === "command") return looksRandom;
    return type === "env" || vault.kind === "age" || isLikely;
  };
  const secrets = (await Promise.all(vaults.map((vault) => readSecrets(vault, isAsked)))).flat();
  if (secrets.length === 0) return;
  for (const { place, text } of comparable) {
    const readings = toReadings(text);
    const found = secrets.find(({ forms }) =>
      forms.some((form) => readings.some((reading) => reading.includes(form))),
    );
    if (found !== undefined) throw disclosed(place, found.name);
  }
}

/** Everything of a run that the sandbox's configuration says: what was typed, the project file's, and the host's names. */
export function toDisclosures(request: RunRequest): readonly Disclosure[] {
  const { plan } = request;
  const typed = (place: string, text: string): Disclosure => ({ place, text, kind: "typed" });
  const named = (place: string, text: string): Disclosure => ({ place, text, kind: "named" });
  const variables = (env: Readonly<Record<string, string>>, of: string): readonly Disclosure[] =>
    Object.entries(env).flatMap(([name, value]) => [
      { place: `the variable ${quoted(name, 64)} of ${of}`, text: value, kind: "value" as const },
      named(`the name of a variable of ${of}`, name),
    ]);
  const { name, email } = plan.git.author ?? {};
  return [
    ...variables(request.env, "--env"),
    ...variables(plan.projectFile?.project.env ?? {}, "the project file"),
    ...request.command.map((text, index) => typed(`argument ${index} of the command`, text)),
    ...request.mounts.map((text) => named("--mount", text)),
    named("the workspace's path", request.workspace),
    named("the name of the image", describeImage(request.image)),
    named("the name of the home", request.home ?? ""),
    named("git's user.name", name ?? ""),
    named("git's user.email", email ?? ""),
    named("the registry's address", Object.values(toRegistryEnvironment(plan.registries)).join()),
    named("a rule of the policy", toPolicyDocument(plan.policy, {})),
  ];
}

function isCandidate({ text, kind }: Disclosure): boolean {
  if (kind === "value" || hasRandomRun(text)) return true;
  if (kind === "named") return false;
  if (text.length >= minTokenLength) return true;
  const [word = ""] = text.split("=").slice(-1);
  return word.length >= minSecretLength && /\d/.test(word) && /[A-Za-z]/.test(word);
}

/** Sixteen letters and digits in a row, twenty with hyphens in three kinds, or a UUID: no word, no name of a folder. */
export function hasRandomRun(text: string): boolean {
  // Not without its blanks: a sentence would be one long word
  const all = [text, ...toUnescaped(text)].join("\n");
  const isMixed = (run: string): boolean => /[a-z]/.test(run) && /[A-Z]/.test(run);
  return (
    (all.match(/[A-Za-z0-9]{16,}/g) ?? []).some((run) => /\d/.test(run) || isMixed(run)) ||
    (all.match(/[\w-]{20,}/g) ?? []).some((run) => /\d/.test(run) && isMixed(run)) ||
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/i.test(all)
  );
}

interface SoughtSecret {
  readonly name: string;
  readonly forms: readonly string[];
}

async function readSecrets(
  vault: OpenVault,
  isAsked: (vault: OpenVault, source: SecretSource) => boolean,
): Promise<readonly SoughtSecret[]> {
  const isStored = ({ source }: { readonly source: { readonly type: string } }): boolean =>
    source.type === "stored";
  const keys = vault.signingKeys.filter(
    (key) => isStored(key) && isAsked(vault, { type: "stored" }),
  );
  const credentials = vault.credentials.filter(({ source }) => isAsked(vault, source));
  const read = [...credentials, ...keys].map(async ({ name }) => {
    const value = (await vault.reveal(name)).reveal();
    return { name, forms: value.length < minSecretLength ? [] : encodedForms(value) };
  });
  const results = await Promise.allSettled(read);
  // One that can't be read now can't be used by the proxy either, which says so
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** What a text says once an encoding's escapes, line breaks or letter case are taken off. */
function toReadings(text: string): readonly string[] {
  return [
    ...new Set([text, ...toUnescaped(text), text.replaceAll(/\s+/g, ""), text.toLowerCase()]),
  ];
}

/** Without the escapes of a URL; without those of JSON and of shells. */
function toUnescaped(text: string): readonly string[] {
  const escape = /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|\/)/gi;
  const unescaped = text.replaceAll(escape, (_, long?: string, short?: string) => {
    const code = long ?? short;
    return code === undefined ? "/" : String.fromCharCode(Number.parseInt(code, 16));
  });
  return [percentDecode(text), unescaped];
}

function disclosed(place: string, name: string): VaultboxError {
  return new VaultboxError(
    "VBX_USAGE",
    `cannot start: ${place} holds the secret of ${quoted(name)}, and the sandbox would see it`,
    { hints: ["leave it out: the sandbox gets a placeholder, and the proxy puts the secret in"] },
  );
}
