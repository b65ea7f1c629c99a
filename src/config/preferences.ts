import { join } from "node:path";
import { VaultboxError } from "../base/errors.ts";
import { openRegularFile } from "../base/fs/regular-file.ts";
import { quoted } from "../base/printable.ts";
import { parseRule } from "../policy/parse-rule.ts";
import { suggest } from "../base/nearest-word.ts";
import {
  findSigningFault,
  toSigningSettings,
  type SigningSettings,
  signingKeys,
} from "../policy/signing-settings.ts";
import type { UserRules } from "./effective-policy.ts";
import type { Paths } from "../base/paths.ts";
import { toCode } from "./private-read.ts";

/** The user's own settings, for every project: `config.json` in the config folder, written by hand. */
export interface Preferences {
  /** Vaults of a session that names none */
  readonly vaults: readonly string[];
  /** Set for a list that is there and empty: no vault, where a missing one means the default vault */
  readonly usesNoVault?: true;
  /** Image of a session that names none */
  readonly image?: string;
  /** Egress rules added to every session */
  readonly userRules: UserRules;
  /** `HOST:PORT:ADDR:PORT`, as `--connect-to`; parsed by who dials */
  readonly connectTo: readonly string[];
  readonly signing?: SigningSettings;
}

const keys = ["vaults", "image", "allow", "deny", "connectTo", "signing"] as const;

/**
 * Reads the preferences; a missing file is no preference.
 * @throws VaultboxError VBX_CONFIG_INVALID naming file and key; never replaced by defaults
 */
export async function readPreferences(paths: Paths): Promise<Preferences> {
  const file = join(paths.config, "config.json");
  const store = await readStore(paths.config, file);
  const fail = (key: string, why: string): never => {
    throw new VaultboxError(
      "VBX_CONFIG_INVALID",
      `invalid preferences ${quoted(file)}: ${key}: ${why}`,
    );
  };
  for (const key of Object.keys(store)) {
    if (!keys.some((known) => known === key)) {
      fail(quoted(key, 64), `unknown key${suggest(key, keys)}; known: ${keys.join(", ")}`);
    }
  }
  const list = (key: (typeof keys)[number]): readonly string[] => {
    const value = store[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    return fail(key, "write a list of strings");
  };
  const rules = (effect: "allow" | "deny"): readonly string[] => {
    for (const text of list(effect)) checkRule(text, effect, fail);
    return list(effect);
  };
  const image = store["image"];
  if (image !== undefined && (typeof image !== "string" || image === ""))
    fail("image", "write text");
  return {
    vaults: list("vaults"),
    ...(store["vaults"] !== undefined && list("vaults").length === 0 ? { usesNoVault: true } : {}),
    userRules: { allow: rules("allow"), deny: rules("deny") },
    connectTo: list("connectTo"),
    ...(typeof image === "string" ? { image } : {}),
    ...readSigning(store["signing"], fail),
  };
}

function checkRule(
  text: string,
  effect: "allow" | "deny",
  fail: (key: string, why: string) => never,
): void {
  try {
    parseRule(text, { source: { kind: "user", label: "preferences" }, effect });
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    fail(effect, error.message);
  }
}

function readSigning(
  value: unknown,
  fail: (key: string, why: string) => never,
): { readonly signing?: SigningSettings } {
  if (value === undefined) return {};
  const fields = typeof value === "string" ? { key: value } : value;
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    return fail("signing", "write the name of a signing key");
  }
  const texts = Object.fromEntries(Object.entries(fields));
  const isKnown = Object.entries(texts).every(
    ([key, text]) => signingKeys.some((known) => known === key) && typeof text === "string",
  );
  const { key, name, email } = texts as Record<string, string | undefined>;
  if (!isKnown || key === undefined)
    return fail("signing", "write key, and name and email as text");
  const why = findSigningFault({ key, name, email });
  return why === undefined
    ? { signing: toSigningSettings({ key, name, email }) }
    : fail("signing", why);
}

async function readStore(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    // conf would wait for the writer of a pipe
    await (await openRegularFile(file)).close();
    // Most users have no such file, and conf takes 50 ms to load
    const { default: Conf } = await import("conf");
    const conf = new Conf<Record<string, unknown>>({
      cwd: folder,
      configName: "config",
      clearInvalidConfig: false,
      accessPropertiesByDotNotation: false,
      deserialize: parseStore,
    });
    return conf.store;
  } catch (error) {
    // Also a link to nothing: there is no file to read
    if (toCode(error) === "ENOENT") return {};
    const why = error instanceof SyntaxError ? "it is no JSON object" : toWhy(error);
    throw new VaultboxError(
      "VBX_CONFIG_INVALID",
      `cannot read preferences ${quoted(file)}: ${why}`,
      { cause: error },
    );
  }
}

function toWhy(error: unknown): string {
  return error instanceof VaultboxError ? "it is not a regular file" : toCode(error);
}

// conf would take a list or null for an empty object
function parseStore(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value));
  }
  throw new SyntaxError("not a JSON object");
}
