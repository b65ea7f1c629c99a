import { join } from "node:path";
import { hasCode, toCode, VaultboxError } from "../base/errors.ts";
import { openRegularFile } from "../base/fs/regular-file.ts";
import { quoted } from "../base/printable.ts";
import { parseRule } from "../policy/parse-rule.ts";
import {
  eitherOf,
  fieldsOf,
  isFields,
  listOf,
  optional,
  shapeOf,
  text,
  textLike,
} from "../base/shape.ts";
import { findSigningFault, toSigningSettings } from "../policy/signing-settings.ts";
import type { SigningSettings, SigningTexts } from "../policy/signing-settings.ts";
import type { UserRules } from "./effective-policy.ts";
import type { Paths } from "../base/paths.ts";

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

/** As they are written. */
interface StoredPreferences {
  readonly vaults?: readonly string[];
  readonly image?: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly connectTo?: readonly string[];
  /** Name of the key, or with whom it signs for */
  readonly signing?: string | SigningTexts;
}

const texts = optional(listOf(text, "write a list of strings"));
const stored = fieldsOf<StoredPreferences>(
  {
    vaults: texts,
    image: optional(textLike((image) => image !== "")),
    allow: texts,
    deny: texts,
    connectTo: texts,
    signing: optional(
      eitherOf<string | SigningTexts>(
        fieldsOf<SigningTexts>(
          { key: text, name: optional(text), email: optional(text) },
          "refused",
        ),
        shapeOf<string>("write the name of a signing key", (value) => typeof value === "string"),
      ),
    ),
  },
  "refused",
);

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
  if (!stored.fits(store)) {
    const { at = "", why = "" } = stored.findMisfit(store) ?? {};
    return fail(at, why);
  }
  const { vaults, image, allow = [], deny = [], connectTo = [], signing } = store;
  for (const rule of allow) checkRule(rule, "allow", fail);
  for (const rule of deny) checkRule(rule, "deny", fail);
  return {
    vaults: vaults ?? [],
    ...(vaults?.length === 0 ? { usesNoVault: true } : {}),
    userRules: { allow, deny },
    connectTo,
    ...(image === undefined ? {} : { image }),
    ...(signing === undefined ? {} : { signing: readSigning(signing, fail) }),
  };
}

function checkRule(
  rule: string,
  effect: "allow" | "deny",
  fail: (key: string, why: string) => never,
): void {
  try {
    parseRule(rule, { source: { kind: "user", label: "preferences" }, effect });
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    fail(effect, error.message);
  }
}

function readSigning(
  signing: string | SigningTexts,
  fail: (key: string, why: string) => never,
): SigningSettings {
  const texts = typeof signing === "string" ? { key: signing } : signing;
  const why = findSigningFault(texts);
  return why === undefined ? toSigningSettings(texts) : fail("signing", why);
}

async function readStore(folder: string, file: string): Promise<unknown> {
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
    if (hasCode(error, "ENOENT")) return {};
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
function parseStore(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  if (isFields(value)) return { ...value };
  throw new SyntaxError("not a JSON object");
}
