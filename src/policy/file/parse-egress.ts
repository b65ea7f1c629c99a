import type { GitRule } from "../../git/entry/git-rule.ts";
import { gitEntryKeys, parseGitEntry } from "../../git/entry/parse-git-entry.ts";
import {
  parseOrigin,
  parseRuleOfHost,
  readMethods,
  type Origin,
  type RuleContext,
} from "../parse-rule.ts";
import type { Rule, RuleSource } from "../policy.ts";
import {
  attempt,
  readBoolean,
  readChoice,
  readCount,
  readEntries,
  readList,
  readMap,
  readString,
  report,
  type Field,
  type FileReader,
} from "./fields.ts";

/** One entry of `egress:`. A preset stays a name here: who looks it up is no part of this folder. */
export type EgressEntry =
  | { readonly kind: "rules"; readonly rules: readonly Rule[] }
  | { readonly kind: "git"; readonly rule: GitRule }
  | { readonly kind: "preset"; readonly name: string; readonly source: RuleSource };

export const presetEntryKeys = ["preset"] as const;
export const hostEntryKeys = [
  "host",
  "port",
  "access",
  "allow",
  "deny",
  "websocket",
  "client_credentials",
] as const;
export const accessChoices = ["read", "write"] as const;
export const clientCredentialChoices = ["refuse", "pass"] as const;
/** Entries of `egress:`, and of one `allow:` or `deny:` list */
const maxEntries = 1000;

/** By the key that says what an entry is. */
const keysOfKind = {
  // Keys of other kinds get a better message than "unknown"
  preset: [...presetEntryKeys, ...hostEntryKeys, ...gitEntryKeys],
  git: gitEntryKeys,
  host: hostEntryKeys,
} as const;
const kinds = ["preset", "git", "host"] as const;
type HostFields = Partial<Record<(typeof hostEntryKeys)[number], Field>>;

/** Reads the list below `egress:`; `kind` says whose file it is. Problems are reported to the reader. */
export function parseEgress(
  reader: FileReader,
  field: Field,
  kind: "project" | "file",
): readonly EgressEntry[] {
  const items = readList(reader, field) ?? [];
  if (items.length > maxEntries) report(reader, field, `more than ${maxEntries} entries`);
  return items.slice(0, maxEntries).flatMap((item) => {
    const source: RuleSource = { kind, label: `${reader.file}:${item.line}` };
    return parseEntry(reader, item, source) ?? [];
  });
}

function parseEntry(
  reader: FileReader,
  item: Field,
  source: RuleSource,
): readonly EgressEntry[] | undefined {
  const names = readEntries(reader, item)?.map(([name]) => name);
  if (names === undefined) return undefined;
  switch (kinds.find((kind) => names.includes(kind))) {
    case "preset":
      return parsePresetEntry(reader, item, source);
    case "git": {
      const fields = readMap(reader, item, keysOfKind.git);
      const rule = fields && parseGitEntry(reader, { fields, source });
      return rule && [{ kind: "git", rule }];
    }
    case "host": {
      const fields = readMap(reader, item, keysOfKind.host);
      return fields && [{ kind: "rules", rules: parseHostEntry(reader, { fields, source }) }];
    }
    case undefined:
      // Which keys are right depends on what is missing; only typos are worth a word
      readMap(reader, item, keysOfKind.preset);
      report(reader, item, "write host:, git: or preset: in every entry");
      return undefined;
  }
}

function parsePresetEntry(
  reader: FileReader,
  item: Field,
  source: RuleSource,
): readonly EgressEntry[] | undefined {
  const fields = readMap(reader, item, keysOfKind.preset);
  if (fields?.preset === undefined) return undefined;
  for (const [key, other] of Object.entries(fields)) {
    if (key !== "preset") report(reader, other, "a preset entry has no other key");
  }
  const name = readString(reader, fields.preset);
  if (name === undefined) return undefined;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    report(reader, fields.preset, "write the name of a preset, as in preset: npm");
    return undefined;
  }
  return [{ kind: "preset", name, source }];
}

function parseHostEntry(
  reader: FileReader,
  entry: { fields: HostFields; source: RuleSource },
): readonly Rule[] {
  const { fields, source } = entry;
  const origin = readOrigin(reader, fields);
  const { access, websocket, client_credentials: credentials } = fields;
  const choice = access && readChoice(reader, access, accessChoices);
  const context: RuleContext = {
    source,
    websocket: (websocket && readBoolean(reader, websocket)) ?? false,
    clientCredentials:
      (credentials && readChoice(reader, credentials, clientCredentialChoices)) ?? "refuse",
  };
  if (origin === undefined) return [];
  const allow = readRules(reader, fields.allow, { origin, context });
  const deny = readRules(reader, fields.deny, { origin, context: { source, effect: "deny" } });
  // An entry that only lists is not also a grant to read
  const isPlain = fields.allow === undefined && fields.deny === undefined;
  const general = choice ?? (access === undefined && isPlain ? "read" : undefined);
  return [
    ...(general === undefined ? [] : [toGeneralRule(general, origin, context)]),
    ...allow,
    ...deny,
  ];
}

function readOrigin(reader: FileReader, fields: HostFields): Origin | undefined {
  const { host, port } = fields;
  if (host === undefined) return undefined;
  const text = readString(reader, host);
  const origin = text === undefined ? undefined : attempt(reader, host, () => parseOrigin(text));
  if (port === undefined) return origin;
  const number = readCount(reader, port, 65_535);
  if (origin === undefined) return undefined;
  if (/:\d+$/.test(text ?? "")) {
    report(reader, port, "the port is written in host: already");
    return undefined;
  }
  return { ...origin, port: number ?? origin.port };
}

function readRules(
  reader: FileReader,
  field: Field | undefined,
  base: { origin: Origin; context: RuleContext },
): readonly Rule[] {
  if (field === undefined) return [];
  const items = readList(reader, field) ?? [];
  if (items.length > maxEntries) report(reader, field, `more than ${maxEntries} entries`);
  return items.slice(0, maxEntries).flatMap((item) => {
    const text = readString(reader, item);
    if (text === undefined) return [];
    const source: RuleSource = { ...base.context.source, label: `${reader.file}:${item.line}` };
    const context = { ...base.context, source };
    return attempt(reader, item, () => parseRuleOfHost(text, base.origin, context)) ?? [];
  });
}

function toGeneralRule(access: "read" | "write", origin: Origin, context: RuleContext): Rule {
  const methods = access === "write" ? "*" : readMethods.join(",");
  return parseRuleOfHost(methods, origin, context);
}
