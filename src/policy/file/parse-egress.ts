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
  readBoolean,
  readChoice,
  readCount,
  readEntries,
  readList,
  readMap,
  readParsed,
  readShaped,
  report,
  type Field,
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

/** Reads the list below `egress:`; undefined where there is none. */
export function parseEgress(
  field: Field | undefined,
  context: EgressContext,
): readonly EgressEntry[] | undefined {
  return readList(field, (item) => parseEntry(item, context), { max: maxEntries });
}

function toLabel({ file, line }: Field): string {
  return `${file.name}:${line}`;
}

function parseEntry(
  item: Field,
  { kind: file, entryKinds }: EgressContext,
): EgressEntry | undefined {
  const source: RuleSource = { kind: file, label: toLabel(item) };
  const names = readEntries(item)?.map(([name]) => name);
  if (names === undefined) return undefined;
  // Keys of other kinds get a better message than "unknown"
  const known = [...presetEntryKeys, ...hostEntryKeys, ...entryKinds.flatMap(({ keys }) => keys)];
  if (names.includes("preset")) return parsePresetEntry(readMap(item, known), source);
  const kind = entryKinds.find(({ key }) => names.includes(key));
  if (kind !== undefined) {
    const parsed = kind.parse(item, source);
    return parsed && { kind: "entry", entry: { kind, item: parsed } };
  }
  if (names.includes("host")) {
    const fields = readMap(item, hostEntryKeys);
    return fields && { kind: "rules", rules: parseHostEntry(fields, source) };
  }
  // Which keys are right depends on what is missing; only typos are worth a word
  readMap(item, known);
  const keys = ["host", ...entryKinds.map(({ key }) => key)].map((key) => `${key}:`);
  return report(item, `write ${keys.join(", ")} or preset: in every entry`);
}

function parsePresetEntry(
  { preset, ...others }: Readonly<Record<string, Field | undefined>> = {},
  source: RuleSource,
): EgressEntry | undefined {
  for (const other of Object.values(others)) {
    if (other !== undefined) report(other, "a preset entry has no other key");
  }
  const why = "write the name of a preset, as in preset: npm";
  const name = readShaped(preset, /^[a-z0-9][a-z0-9-]{0,63}$/, why);
  return name === undefined ? undefined : { kind: "preset", name, source };
}

function parseHostEntry(fields: HostFields, source: RuleSource): readonly Rule[] {
  const origin = readOrigin(fields);
  const choice = readChoice(fields.access, accessChoices);
  const context: RuleContext = {
    source,
    websocket: readBoolean(fields.websocket) ?? false,
    clientCredentials: readChoice(fields.client_credentials, clientCredentialChoices) ?? "refuse",
  };
  if (origin === undefined) return [];
  const allow = readRules(fields.allow, origin, context);
  const deny = readRules(fields.deny, origin, { source, effect: "deny" });
  // An entry that only lists is not also a grant to read
  const isPlain = fields.allow === undefined && fields.deny === undefined;
  const general = choice ?? (fields.access === undefined && isPlain ? "read" : undefined);
  return [
    ...(general === undefined ? [] : [toGeneralRule(general, origin, context)]),
    ...allow,
    ...deny,
  ];
}

function readOrigin({ host, port }: HostFields): Origin | undefined {
  const named = readParsed(host, (text) => ({
    origin: parseOrigin(text),
    hasPort: /:\d+$/.test(text),
  }));
  const number = readCount(port, 65_535);
  if (port === undefined || named === undefined) return named?.origin;
  if (named.hasPort) return report(port, "the port is written in host: already");
  return { ...named.origin, port: number ?? named.origin.port };
}

function readRules(
  field: Field | undefined,
  origin: Origin,
  context: RuleContext,
): readonly Rule[] {
  const read = (item: Field): Rule | undefined => {
    const source: RuleSource = { ...context.source, label: toLabel(item) };
    return readParsed(item, (text) => parseRuleOfHost(text, origin, { ...context, source }));
  };
  return readList(field, read, { max: maxEntries }) ?? [];
}

function toGeneralRule(access: "read" | "write", origin: Origin, context: RuleContext): Rule {
  const methods = access === "write" ? "*" : readMethods.join(",");
  return parseRuleOfHost(methods, origin, context);
}
