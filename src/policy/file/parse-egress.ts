import type { EntryKind, PolicyEntry } from "../entry-kind.ts";
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
  | { readonly kind: "entry"; readonly entry: PolicyEntry }
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

type HostFields = Partial<Record<(typeof hostEntryKeys)[number], Field>>;

/** Whose file it is, and the kinds of entries that it may have beside hosts and presets. */
export interface EgressContext {
  readonly kind: "project" | "file";
  readonly entryKinds: readonly EntryKind[];
}

/** Reads the list below `egress:`. Problems are reported to the reader. */
export function parseEgress(
  reader: FileReader,
  field: Field,
  { kind, entryKinds }: EgressContext,
): readonly EgressEntry[] {
  const items = readList(reader, field) ?? [];
  if (items.length > maxEntries) report(reader, field, `more than ${maxEntries} entries`);
  return items.slice(0, maxEntries).flatMap((item) => {
    const source: RuleSource = { kind, label: `${reader.file}:${item.line}` };
    return parseEntry(reader, item, { source, entryKinds }) ?? [];
  });
}

function parseEntry(
  reader: FileReader,
  item: Field,
  {
    source,
    entryKinds,
  }: { readonly source: RuleSource; readonly entryKinds: readonly EntryKind[] },
): readonly EgressEntry[] | undefined {
  const names = readEntries(reader, item)?.map(([name]) => name);
  if (names === undefined) return undefined;
  // Keys of other kinds get a better message than "unknown"
  const known = [...presetEntryKeys, ...hostEntryKeys, ...entryKinds.flatMap(({ keys }) => keys)];
  if (names.includes("preset")) {
    return parsePresetEntry(reader, readMap(reader, item, known), source);
  }
  const kind = entryKinds.find(({ key }) => names.includes(key));
  if (kind !== undefined) {
    const parsed = kind.parse(reader, item, source);
    return parsed && [{ kind: "entry", entry: { kind, item: parsed } }];
  }
  if (names.includes("host")) {
    const fields = readMap(reader, item, hostEntryKeys);
    return fields && [{ kind: "rules", rules: parseHostEntry(reader, { fields, source }) }];
  }
  // Which keys are right depends on what is missing; only typos are worth a word
  readMap(reader, item, known);
  const keys = ["host", ...entryKinds.map(({ key }) => key)].map((key) => `${key}:`);
  report(reader, item, `write ${keys.join(", ")} or preset: in every entry`);
  return undefined;
}

function parsePresetEntry(
  reader: FileReader,
  fields: Readonly<Record<string, Field | undefined>> | undefined,
  source: RuleSource,
): readonly EgressEntry[] | undefined {
  if (fields?.["preset"] === undefined) return undefined;
  for (const [key, other] of Object.entries(fields)) {
    if (other !== undefined && key !== "preset") {
      report(reader, other, "a preset entry has no other key");
    }
  }
  const name = readString(reader, fields["preset"]);
  if (name === undefined) return undefined;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    report(reader, fields["preset"], "write the name of a preset, as in preset: npm");
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
