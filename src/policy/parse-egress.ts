import {
  parseOrigin,
  parseRuleOfHost,
  readMethods,
  type Origin,
  type RuleContext,
} from "./parse-rule.ts";
import type { Rule, RuleSource } from "./policy.ts";
import {
  attempt,
  readBoolean,
  readChoice,
  readCount,
  readList,
  readMap,
  readString,
  report,
  type Field,
  type FileReader,
} from "./yaml-reader.ts";

/** One entry of `egress:`. A preset stays a name here: who looks it up is no part of this folder. */
export type EgressEntry =
  | { readonly kind: "rules"; readonly rules: readonly Rule[] }
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

const entryKeys = [...presetEntryKeys, ...hostEntryKeys] as const;
type EntryFields = Partial<Record<(typeof entryKeys)[number], Field>>;

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
    const fields = readMap(reader, item, entryKeys);
    return fields === undefined ? [] : parseEntry(reader, item, { fields, source });
  });
}

function parseEntry(
  reader: FileReader,
  item: Field,
  entry: { fields: EntryFields; source: RuleSource },
): readonly EgressEntry[] {
  const { fields, source } = entry;
  if (fields.preset === undefined && fields.host === undefined) {
    report(reader, item, "write host: or preset: in every entry");
    return [];
  }
  if (fields.preset === undefined) return [{ kind: "rules", rules: parseHostEntry(reader, entry) }];
  for (const [key, other] of Object.entries(fields)) {
    if (key !== "preset") report(reader, other, "a preset entry has no other key");
  }
  const name = readString(reader, fields.preset);
  if (name === undefined) return [];
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    report(reader, fields.preset, "write the name of a preset, as in preset: npm");
    return [];
  }
  return [{ kind: "preset", name, source }];
}

function parseHostEntry(
  reader: FileReader,
  entry: { fields: EntryFields; source: RuleSource },
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

function readOrigin(reader: FileReader, fields: EntryFields): Origin | undefined {
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
